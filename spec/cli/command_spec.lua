-- The command as a whole: help, version, wrong usage.

local support = require "spec.cli.support"

describe("obol", function()
  local folder

  setup(function() folder = support.folder() end)
  teardown(function() support.remove(folder) end)

  it("prints its version and the Lua that runs it", function()
    local ran = support.obol(folder, { "--version" })
    assert.equal(0, ran.status)
    local lua = rawget(_G, "jit") and jit.version or _VERSION
    assert.equal(("obol %s (%s)\n"):format(require("obol").version, lua), ran.out)
    assert.equal("", ran.err)
  end)

  it("lists its commands with examples", function()
    local ran = support.obol(folder, { "--help" })
    assert.equal(0, ran.status)
    for _, name in ipairs { "sandbox", "providers", "describe", "call", "doctor" } do
      assert.truthy(ran.out:find("\n   " .. name .. "  ", 1, true), name)
    end
    assert.truthy(ran.out:find("Examples:", 1, true))
    assert.equal("", ran.err)
  end)

  for _, name in ipairs { "sandbox", "providers", "describe", "call", "doctor" } do
    it("helps with " .. name .. " and shows examples of it", function()
      local ran = support.obol(folder, { name, "--help" })
      assert.equal(0, ran.status)
      assert.truthy(ran.out:find("Usage: obol " .. name, 1, true))
      local examples = ran.out:match "Examples:\n(.*)"
      assert.truthy(examples and examples:find("obol " .. name, 1, true))
      assert.equal("", ran.err)
    end)
  end

  it("breaks no line of its help that was written as one", function()
    for _, name in ipairs { "call", "check", "describe", "doctor", "flow", "health", "ledger", "payment",
      "payments", "providers", "reconcile", "refund", "route", "sandbox" } do
      local module, out = require("obol.cli." .. name), support.obol(folder, { name, "--help" }).out
      for line in ((module.description or "") .. "\n" .. module.epilog):gmatch "[^\n]+" do
        assert.truthy(("\n" .. out):find("\n" .. line .. "\n", 1, true), name .. ": " .. line)
      end
    end
  end)

  it("ends with 2 without a command, telling what to write", function()
    local ran = support.obol(folder, {})
    assert.equal(2, ran.status)
    assert.equal("", ran.out)
    assert.truthy(ran.err:find("Usage: obol", 1, true))
  end)

  it("ends with 2 for an unknown command and names the nearest", function()
    local ran = support.obol(folder, { "descibe" })
    assert.equal(2, ran.status)
    assert.equal("", ran.out)
    assert.truthy(ran.err:find("describe", 1, true))
  end)

  it("ends with 2 for an unknown option", function()
    local ran = support.obol(folder, { "providers", "--jason" })
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("--json", 1, true))
  end)

  it("tells a wrong command line as JSON where that is asked for", function()
    for _, words in ipairs { { "payments", "--limit", "many", "--json" }, { "payments", "--json", "--nope" },
      { "payment", "--json" }, { "--json" } } do
      local ran = support.obol(folder, words)
      assert.equal(2, ran.status)
      assert.equal("", ran.err)
      local found = require("cjson").decode(ran.out).error
      assert.equal("invalid", found.kind)
      assert.is_string(found.message)
    end
    -- behind `--` it is a word like any other
    assert.truthy(support.obol(folder, { "payment", "--nope", "--", "--json" }).err:find("--nope", 1, true))
  end)

  it("works through a link and from another folder", function()
    os.execute("ln -sf " .. support.quote(support.root .. "/scripts/obol") .. " " .. support.quote(folder .. "/link"))
    local paths = { LUA_PATH = ";;", LUA_CPATH = os.getenv "LUA_CPATH" or ";;" }
    local ran = support.shell(folder, "./link --version", paths)
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "^obol ")
  end)

  it("takes no core that is for another Lua", function()
    local other = rawget(_G, "jit") and "5.4" or "luajit"
    local ran = support.obol(folder, { "providers" }, { LUA_CPATH = support.root .. "/build/" .. other .. "/?.so;;" })
    assert.equal(0, ran.status, ran.err)
  end)

  it("says what to do when no Lua is there", function()
    local ran = support.obol(folder, { "--version" }, { OBOL_LUA = "no-such-lua" })
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("OBOL_LUA", 1, true))
  end)

  it("says what to do when the library is not there", function()
    os.execute(("mkdir -p %s/bin && cp %s/scripts/obol %s/bin/obol"):format(folder, support.root, folder))
    local nowhere = { LUA_PATH = "./nowhere/?.lua", LUA_CPATH = "./nowhere/?.so" }
    local ran = support.shell(folder, "bin/obol --version", nowhere)
    assert.equal(2, ran.status)
    assert.truthy(ran.err:find("make build", 1, true))
    assert.is_nil(ran.err:find("stack traceback", 1, true))
  end)

  it("paints only where it is asked to or on a terminal", function()
    assert.is_nil(support.obol(folder, { "providers" }, { NO_COLOR = "" }).out:find "\27")
    assert.truthy(support.obol(folder, { "providers" }, { NO_COLOR = "", CLICOLOR_FORCE = "1" }).out:find "\27%[1m")
    assert.is_nil(support.obol(folder, { "providers" }, { CLICOLOR_FORCE = "1" }).out:find "\27")
  end)
end)
