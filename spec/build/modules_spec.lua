-- Every module loads by itself on this Lua and leaves no global behind.

local function modules()
  local names = {}
  local pipe = assert(io.popen "cd lua && find obol -name '*.lua' | LC_ALL=C sort")
  for path in pipe:lines() do
    names[#names + 1] = path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
  end
  pipe:close()
  return names
end

describe("the modules", function()
  it("are found", function()
    assert.is_true(#modules() > 0)
  end)

  for _, name in ipairs(modules()) do
    -- A process of its own: what another module has loaded must not help.
    it(name .. " loads alone and sets no global", function()
      local lua = os.getenv "OBOL_LUA" or arg[-1] or "lua5.4"
      local script = [[
        local before = {}
        for key in pairs(_G) do before[key] = true end
        require(arg[1])
        for key in pairs(_G) do
          if not before[key] then print("sets the global " .. tostring(key)) end
        end
        print "loaded"]]
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(script)
      file:close()
      local pipe = assert(io.popen(("%s %s %s 2>&1"):format(lua, path, name)))
      local said = pipe:read "*a"
      pipe:close()
      os.remove(path)
      assert.equal("loaded\n", said)
    end)
  end
end)
