-- The layer rule: a folder uses only folders of a lower number, and each foreign library has one
-- room. Proven from the #include lines of core/ and the require lines of lua/obol/.

package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local source = require "source"

local CORE = {
  base = 0,
  wire = 1, money = 1, completion = 1,
  crypto = 2, schema = 2, net = 2, store = 2, qr = 2,
  provider = 3,
  call = 4,
  bind = 5,
}

-- Headers of foreign libraries, and the one folder that may see them.
local ROOMS = {
  { "^lua%.h$", "bind" }, { "^lauxlib%.h$", "bind" }, { "^lualib%.h$", "bind" },
  { "^luajit%.h$", "bind" },
  { "^openssl/", "crypto" },
  { "^curl/", "net" },
  { "^sqlite3", "store" }, { "^libpq", "store" }, { "^postgresql/", "store" },
  { "^qrencode%.h$", "qr" },
}

-- Modules of one number do not know each other, save those of number 0, which are the faces of the
-- core and stand side by side.
local LUA = {
  money = 0, crypto = 0, json = 0, secret = 0, error = 0, wait = 0, qr = 0, jsapi = 0, store = 0, clone = 0,
  gather = 0, guard = 0, kept = 0, nearest = 0, shared = 0, steps = 0,
  account = 1, provider = 1, health = 1,
  ledger = 2, route = 2,
  config = 3,
  client = 4,
  flow = 5, nginx = 5, sandbox = 5,
  cli = 6,
  init = 7,
}

-- The sandbox is a second reading of the protocols: it must not learn them from the core, of which
-- it may use these members alone.
local SANDBOX_CORE = { clock_ms = true }
local SANDBOX = {
  crypto = true, json = true, money = true, secret = true, error = true, wait = true, qr = true,
  nearest = true, sandbox = true,
}

local function check_room(path, number, folder, header)
  for _, room in ipairs(ROOMS) do
    if header:find(room[1]) and folder ~= room[2] then
      source.report(path, number, "<%s> belongs to core/%s alone", header, room[2])
    end
  end
end

local function check_include(path, number, folder, header)
  local target = header:match "^([^/]+)/"
  if header:find "%.c$" then
    source.report(path, number, "includes a source file")
  elseif not target or header:find("..", 1, true) then
    source.report(path, number, '"%s": headers are named from core/', header)
  elseif not CORE[target] then
    source.report(path, number, "core/%s has no number in scripts/lint/layers.lua", target)
  elseif target ~= folder and CORE[target] >= CORE[folder] then
    source.report(path, number, "%s (%d) must not use %s (%d)", folder, CORE[folder], target,
      CORE[target])
  end
  -- Providers do not know each other; only the registry beside them knows all.
  local mine, theirs = path:match "^core/provider/([^/]+)/", header:match "^provider/([^/]+)/"
  if mine and theirs and mine ~= theirs then
    source.report(path, number, "provider %s must not use provider %s", mine, theirs)
  end
end

for _, path in ipairs(source.files "^core/.*%.[ch]$") do
  local folder = path:match "^core/([^/]+)/"
  if not folder or not CORE[folder] then
    source.report(path, nil, "its folder has no number in scripts/lint/layers.lua")
  else
    for number, line in ipairs(source.lines(source.read(path))) do
      local open, header = line:match '^%s*#%s*include%s*([<"])([^>"]+)[>"]'
      if header then
        check_room(path, number, folder, header)
        if open == '"' then check_include(path, number, folder, header) end
      elseif line:find "^%s*#%s*include" then
        source.report(path, number, "an include that cannot be read")
      end
    end
  end
end

local function check_require(path, number, module, target)
  if not LUA[target] then
    source.report(path, number, "obol.%s has no number in scripts/lint/layers.lua", target)
  elseif target ~= module and LUA[target] >= LUA[module] and LUA[module] ~= 0 then
    source.report(path, number, "%s (%d) must not use %s (%d)", module, LUA[module], target,
      LUA[target])
  elseif LUA[module] == 0 and LUA[target] > 0 then
    source.report(path, number, "%s (0) must not use %s (%d)", module, target, LUA[target])
  end
end

local function check_line(path, number, module, line)
  for after in line:gmatch "%f[%w_]require%f[^%w_](.*)" do
    local name, rest = after:match "^%s*%(?%s*[\"']([^\"']*)[\"'](.*)"
    local target = name and name:match "^obol%.([%w_]+)"
    if not name then
      if after:find "^%s*%(" then
        source.report(path, number, "requires a computed name: begin it with a literal")
      end
    elseif name == "obol" then
      check_require(path, number, module, "init")
    elseif target == "core" then
      target = nil
    elseif target then
      check_require(path, number, module, target)
    end
    if target and module == "sandbox" and not SANDBOX[target] then
      source.report(path, number, "the sandbox must not use obol.%s", target)
    end
    if rest and rest:find "%f[%w_]require%f[^%w_]" then check_line(path, number, module, rest) end
  end
end

-- In a file of the sandbox, the core has one name, and each use of it takes a member that is listed.
local function check_sandbox(path, text)
  if not text:find "[\"']obol%.core[\"']" or not text:find "require" then return end
  local name = text:match "local%s+([%w_]+)%s*=%s*require%s*%(?%s*[\"']obol%.core[\"']%)?%s*\n"
  for number, line in ipairs(source.lines(text)) do
    local asks = line:find "require%s*%(?%s*[\"']obol%.core[\"']"
    if asks and not name then source.report(path, number, "the sandbox must not use obol.core so") end
    for at, after in line:gmatch("()%f[%w_.]" .. (name or "%z") .. "%f[^%w_](%.?[%w_]*)") do
      local quoted = select(2, line:sub(1, at):gsub('"', "")) % 2 == 1
      if not asks and not quoted and not SANDBOX_CORE[after:sub(2)] then
        source.report(path, number, "the sandbox must not use obol.core%s", after)
      end
    end
  end
end

for _, path in ipairs(source.files "^lua/.*%.lua$") do
  local module = path:match "^lua/obol/([%w_]+)"
  if not module or not LUA[module] then
    source.report(path, nil, "its module has no number in scripts/lint/layers.lua")
  else
    local text = source.strip_lua(source.read(path))
    for number, line in ipairs(source.lines(text)) do check_line(path, number, module, line) end
    if module == "sandbox" then check_sandbox(path, text) end
  end
end

source.finish()
