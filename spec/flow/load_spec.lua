local net = require "spec.net.support"
local obol = require "obol"

describe("flows of a configuration", function()
  local folder
  before_each(function() folder = net.folder() end)
  after_each(function() net.remove(folder) end)

  local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end

  local function open(flows)
    return obol.open { mode = "test", ledger = "memory", accounts = { a = { provider = "ruxpay", app_id = "1",
      merchant_no = "2", secret_key = obol.secret "k", auth = { mode = "basic" }, base_url = "https://pay.example" } },
      transport = { send = print }, flows = flows }
  end

  -- What is wrong, by its field.
  local function problems(flows)
    local pay, err = open(flows)
    assert.is_nil(pay)
    assert.equal("invalid", err.kind)
    local found = {}
    for _, problem in ipairs(err.fields) do found[problem.field] = problem.message end
    return found
  end

  local ECHO = 'return obol.flow("%s", function(_, input) return input end)'

  it("are files, folders, and definitions, relative to the configuration", function()
    os.execute("mkdir " .. folder .. "/flows")
    write("one.lua", ECHO:format "one")
    write("flows/two.lua", 'local a = require("obol").flow("two", print)\nreturn { a, '
      .. ECHO:format("three"):sub(8) .. " }")
    write("flows/notes.txt", "no Lua")
    write("flows/.four.lua", "neither")
    write("key", "k")
    write("obol.lua", [[return { mode = "test", ledger = "memory", flows = { "one.lua", "flows/" },
      accounts = { a = { provider = "ruxpay", app_id = "1", merchant_no = "2", secret_key = secret.file "key",
        auth = { mode = "basic" }, base_url = "https://pay.example" } } }]])
    local pay = assert(obol.open(folder .. "/obol.lua"))
    assert.equal("x", pay.flows:start("one", "x").result)
    assert.equal("y", pay.flows:start("three", "y").result)
    assert.equal("expected a configured flow, did you mean `three`?", select(2, pay.flows:start "thre").message)
    assert.equal("expected a configured flow, one of `one`, `three`, `two`",
      select(2, pay.flows:start "something else").message)
    pay:close()
    pay = assert(open {})
    assert.matches("expected a configured flow, and there is none", select(2, pay.flows:start "one").message)
    pay = assert(open { obol.flow("here", function() return 1 end), folder .. "/flows" })
    assert.equal(1, pay.flows:start("here").result)
    assert.equal("y", pay.flows:start("three", "y").result)
  end)

  it("are refused where they cannot be used, with file and line", function()
    local path = folder .. "/a.lua"
    local function of(text)
      write("a.lua", text)
      return problems({ path })["flows[1]"]
    end
    assert.matches("a.lua:2: ", of "local x = 1\nx = = 2", 1, true)
    assert.matches("a.lua:3: oh no", of "\n\nerror 'oh no'", 1, true)
    assert.matches("a.lua:1: expected a flow's name", of "return obol.flow('a b', function() end)", 1, true)
    assert.equal("expected text, not compiled code, at " .. path, of(string.dump(function() end)))
    assert.matches("a.lua: expected the file to return what obol.flow answers", of "return 5", 1, true)
    assert.matches("a.lua: expected the file to return what obol.flow answers", of "return {}", 1, true)
    os.execute("mkdir " .. folder .. "/flows")
    write("flows/stock.lua", "return { take = print }")
    assert.matches("flows/stock.lua: expected the file to return .*: what flows share belongs in a folder of",
      problems({ folder .. "/flows/" })["flows[1]"])
    assert.matches("expected what obol.flow answers at place 2 of the list", of
      "return { obol.flow('a', print), 5 }", 1, true)
    assert.matches("`a` is that of .*a.lua:1, and of .*a.lua:1", of
      "return { obol.flow('a', function() end), obol.flow('a', function() end) }")
    assert.is_nil(of("local secret = 'hush hush' 'x'"):find "hush")
  end)

  it("are refused where they are none", function()
    assert.equal("expected a list of files and folders", problems("flows/").flows)
    assert.equal("expected a list of files and folders", problems(obol.flow("a", print)).flows)
    assert.matches("100 at most", problems({ x = "a.lua" }).flows)
    assert.matches("expected the path of a file or folder", problems({ 5 })["flows[1]"])
    assert.matches("expected the path of a file or folder", problems({ "" })["flows[1]"])
    assert.matches("expected a readable file of 1 MiB at most", problems({ folder .. "/none.lua" })["flows[1]"])
    assert.matches("expected a folder that can be read", problems({ folder .. "/none/" })["flows[1]"])
    local one = obol.flow("a", print)
    assert.matches("expected a name that no other flow has", problems({ one, obol.flow("a", print) })["flows[2]"])
    assert.is_table(open { one, one })
  end)

  it("keep to themselves what they set", function()
    write("a.lua", "shared = 1\nlocal before = shared\n" .. 'return obol.flow("a", function() return before end)')
    local pay = assert(open { folder .. "/a.lua" })
    assert.is_nil(rawget(_G, "shared"))
    assert.equal(1, pay.flows:start("a").result)
  end)

  it("stop with the line of their file", function()
    write("a.lua", "return obol.flow('a', function(flow)\n  local x\n  flow:step('b', function() end)\n"
      .. "  return x.y\nend)")
    local pay = assert(open { folder .. "/a.lua" })
    local flow = pay.flows:start("a", nil, { id = "f" })
    assert.equal("stopped", flow.status)
    assert.matches("^" .. folder:gsub("%p", "%%%0") .. "/a.lua:4: attempt to index", flow.error.message)
    assert.equal(folder .. "/a.lua:3", pay.flows:steps("f")[1].line)
  end)
end)
