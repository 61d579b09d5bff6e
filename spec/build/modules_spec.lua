-- Every module loads by itself on this Lua and leaves no global behind.

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function modules()
  local names = {}
  for path in read("cd lua && find obol -name '*.lua' | LC_ALL=C sort"):gmatch "[^\n]+" do
    names[#names + 1] = path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  end
  return names
end

-- One process loads them in turn, and forgets before each what was loaded until then: what another module
-- has loaded must not help. (The core alone stays, which is no Lua.)
local SCRIPT = [[
  local globals, loaded = {}, {}
  for key in pairs(_G) do globals[key] = true end
  for name in pairs(package.loaded) do loaded[name] = true end
  loaded["obol.core"] = true
  for name in io.lines() do
    for other in pairs(package.loaded) do
      if not loaded[other] then package.loaded[other] = nil end
    end
    local ok, why = xpcall(function() require(name) end, debug.traceback)
    local said = ok and "loaded" or tostring(why):gsub("[\t\n]+", " ")
    for key in pairs(_G) do
      if not globals[key] then
        said = said .. ", sets the global " .. tostring(key)
        _G[key] = nil
      end
    end
    print(name .. "\t" .. said)
  end
]]

-- What the script prints that gets `names` line by line.
local function output(script, names)
  local lua = os.getenv "OBOL_LUA" or arg[-1] or "lua5.4"
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  local text = read(("printf '%%s\\n' %s | %s %s 2>&1"):format(table.concat(names, " "), lua, path))
  os.remove(path)
  return text
end

-- A client is opened, which has no scripts, and makes no call.
local OPENED = [[
  local obol = require "obol"
  local pay = assert(obol.open { mode = "test", ledger = "memory", accounts = { web = { provider = "appwheel",
    app_id = "331058831", platform = "Stripe", secret = obol.secret "k3yForDocsOnly0123456789ABCDEFgh" } } })
  assert(pay:status().generation == 1)
  for name in io.lines() do
    if package.loaded[name] then print(name) end
  end
]]

describe("the modules", function()
  local names, said = modules(), {}

  setup(function()
    local text = output(SCRIPT, names)
    for name, words in text:gmatch "([^\t\n]+)\t([^\n]*)" do said[name] = words end
  end)

  it("are found", function()
    assert.is_true(#names > 0)
  end)

  it("that only scripts, rules, flows or calls need are not loaded by opening a client", function()
    local needless = { "obol.guard", "obol.config.script", "obol.config.code", "obol.config.providers", "obol.provider",
      "obol.route", "obol.route.lines", "obol.flow", "obol.flow.load", "obol.client.reload", "obol.client.choose",
      "obol.client.exchange", "obol.ledger.flows", "obol.nginx" }
    local known = {}
    for _, name in ipairs(names) do known[name] = true end
    for _, name in ipairs(needless) do assert.is_true(known[name], name) end
    table.insert(needless, 1, "obol.client")
    assert.equal("obol.client\n", output(OPENED, needless))
  end)

  for _, name in ipairs(names) do
    it(name .. " loads alone and sets no global", function()
      assert.equal("loaded", said[name])
    end)
  end
end)
