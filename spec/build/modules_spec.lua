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

describe("the modules", function()
  local names, said = modules(), {}

  setup(function()
    local lua = os.getenv "OBOL_LUA" or arg[-1] or "lua5.4"
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(SCRIPT)
    file:close()
    local text = read(("printf '%%s\\n' %s | %s %s 2>&1"):format(table.concat(names, " "), lua, path))
    os.remove(path)
    for name, words in text:gmatch "([^\t\n]+)\t([^\n]*)" do said[name] = words end
  end)

  it("are found", function()
    assert.is_true(#names > 0)
  end)

  for _, name in ipairs(names) do
    it(name .. " loads alone and sets no global", function()
      assert.equal("loaded", said[name])
    end)
  end
end)
