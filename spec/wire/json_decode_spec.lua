local json = require "obol.json"
local secret = require "obol.secret"

local math_type = rawget(math, "type") -- Lua 5.4 alone has it

local function refused(text, message)
  local value, err = json.decode(text)
  assert.is_nil(value)
  assert.equal("invalid", err.kind)
  if message then assert.equal(message, err.message) end
  return err
end

describe("json.decode", function()
  it("reads every kind of value", function()
    local value = json.decode [[{"text":"x","yes":true,"no":false,"none":null,"list":[1,"b"],
      "map":{"a":{}}}]]
    assert.same({ text = "x", yes = true, no = false, none = json.null, list = { 1, "b" },
      map = { a = {} } }, value)
    assert.equal("x", json.decode ' \t\r\n"x"\n')
    assert.equal(json.null, json.decode "null")
  end)

  it("gives every member its own name, however many there were and however alike they are", function()
    for round = 1, 3 do
      local members, want = {}, {}
      for index = 1, 1500 do
        -- lengths around a machine word, and longer than what is kept
        local name = ("n"):rep(index % 40) .. index
        members[index], want[name] = ('"%s":%d'):format(name, index + round), index + round
      end
      for from = 1, 1500, 100 do
        local part = {}
        for index = from, from + 99 do part[#part + 1] = members[index] end
        local value = assert(json.decode("{" .. table.concat(part, ",") .. "}"))
        local count = 0
        for name, number in pairs(value) do
          count = count + 1
          assert.equal(want[name], number)
        end
        assert.equal(100, count)
      end
    end
    assert.same({ [""] = 1, ["\0"] = 2, a = 3, aa = 4 }, json.decode [[{"":1,"\u0000":2,"a":3,"aa":4}]])
  end)

  it("takes a secret as the document", function()
    assert.same({ 1 }, json.decode(secret "[1]"))
  end)

  it("reads integers within 2^53 as numbers and every other number as its text", function()
    local numbers = {
      ["0"] = 0, ["-0"] = 0, ["7"] = 7, ["-12"] = -12,
      ["9007199254740991"] = 9007199254740991, ["-9007199254740991"] = -9007199254740991,
      ["9007199254740992"] = "9007199254740992", ["-9007199254740992"] = "-9007199254740992",
      ["1738513709476610049"] = "1738513709476610049",
      ["9223372036854775808"] = "9223372036854775808",
      ["100000000000000000000"] = "100000000000000000000",
      ["3.44"] = "3.44", ["1.0"] = "1.0", ["1e3"] = "1e3", ["-1.5E-07"] = "-1.5E-07",
    }
    for text, value in pairs(numbers) do
      local got = json.decode(text)
      assert.equal(value, got)
      assert.equal(type(value), type(got))
      if type(got) == "number" and math_type then assert.equal("integer", math_type(got)) end
    end
  end)

  it("decodes escapes", function()
    assert.equal('"\\/\b\f\n\r\t', json.decode [["\"\\\/\b\f\n\r\t"]])
    assert.equal("A\195\169\226\130\172\240\159\152\128",
      json.decode [["\u0041\u00e9\u20AC\ud83d\uDE00"]])
    assert.equal("a\0b", json.decode [["a\u0000b"]])
    assert.same({ ["a\0b"] = 1 }, json.decode [[{"a\u0000b":1}]])
    assert.equal("\127\194\128", json.decode '"\127\194\128"')
  end)

  it("refuses what is not JSON, and says where", function()
    refused("", "expected a value at byte 0")
    refused("  ", "expected a value at byte 2")
    refused("[1,]", "expected a value at byte 3")
    refused("[1 2]", "expected a comma or ] at byte 3")
    refused('{"a":1 "b"', "expected a comma or } at byte 7")
    refused('{"a" 1}', "expected a colon at byte 5")
    refused("{a:1}", "expected a member name at byte 1")
    refused('{"a":1,}', "expected a member name at byte 7")
    refused("01", "expected the end of the document at byte 1")
    refused("1.", "expected a digit at byte 2")
    refused("1e+", "expected a digit at byte 3")
    refused("-", "expected a digit at byte 1")
    refused("+1", "expected a value at byte 0")
    refused("NaN", "expected a value at byte 0")
    refused("nul", "expected a value at byte 0")
    refused('"abc', "expected a closing quote at byte 4")
    refused('"abc\\', "expected a closing quote at byte 5")
    refused('"a\\x"', "expected a valid escape at byte 2")
    refused('"a\\u12g4"', "expected a valid escape at byte 2")
    refused('"a\nb"', "expected no control character at byte 2")
    refused("[] x", "expected the end of the document at byte 3")
    refused("{}{}", "expected the end of the document at byte 2")
    refused("\239\187\191{}", "expected a value at byte 0")
  end)

  it("refuses a raw NUL wherever it stands", function()
    for _, text in ipairs { "\0", '{"a":1}\0', '{"a":1}\0x', '"a\0b"', "[1\0]", '{"a\0":1}' } do
      refused(text)
    end
  end)

  it("refuses halves of surrogate pairs", function()
    for _, text in ipairs { [["\ud83d"]], [["\ude00"]], [["\ud83dx"]], [["\ud83d\u0041"]],
      [["\ud83d\ud83d"]], [["\ude00\ud83d"]], [["\ud83d\n"]] } do
      refused(text, "expected both halves of a surrogate pair at byte 1")
    end
    refused([["\ud83d\u00"]])
  end)

  it("refuses text that is not UTF-8", function()
    for _, bytes in ipairs { "\128", "\255", "\192\128", "\195", "\237\160\128", "\244\144\128\128",
      "\224\128\128", "\240\128\128\128", "\195\\n\169" } do
      refused('"' .. bytes .. '"', "expected valid UTF-8 in the text at byte 1")
      refused('{"' .. bytes .. '":1}')
    end
  end)

  it("refuses a name that comes twice", function()
    refused('{"a":1,"a":1}', "member name comes twice at byte 7")
    refused('{"":1,"":2}')
    refused([[{"a":1,"\u0061":2}]])
    refused('{"x":{"a":1,"b":2,"a":3}}')
    assert.same({ { a = 1 }, { a = 2 } }, json.decode '[{"a":1},{"a":2}]')
    assert.same({ a = 1, A = 2, ["a "] = 3 }, json.decode '{"a":1,"A":2,"a ":3}')
  end)

  it("refuses a name that comes twice among many", function()
    for _, count in ipairs { 31, 32, 33, 34, 100, 5000 } do
      local members = {}
      for i = 1, count do members[i] = ('"key%d":%d'):format(i, i) end
      local value = json.decode("{" .. table.concat(members, ",") .. "}")
      assert.equal(count, value["key" .. count])
      for _, again in ipairs { 1, math.floor(count / 2), count } do
        local text = "{" .. table.concat(members, ",") .. (',"key%d":0}'):format(again)
        local err = refused(text)
        assert.truthy(err.message:find("^member name comes twice at byte %d+$"))
      end
    end
  end)

  it("has a limit of 128 levels", function()
    local value = json.decode(("["):rep(128) .. ("]"):rep(128))
    for _ = 1, 127 do value = value[1] end
    assert.same({}, value)
    refused(("["):rep(129) .. ("]"):rep(129), "deeper than allowed at byte 128")
    refused(("["):rep(1000000), "deeper than allowed at byte 128")
    refused(('{"a":'):rep(1000000), "deeper than allowed at byte 640")
  end)

  it("has a limit of 8 MiB and of 131072 values", function()
    local most = 8 * 1024 * 1024
    assert.equal(most - 2, #json.decode('"' .. ("x"):rep(most - 2) .. '"'))
    refused('"' .. ("x"):rep(most - 1) .. '"')
    local list = "[" .. ("0,"):rep(131070) .. "0]"
    assert.equal(131071, #json.decode(list))
    refused("[" .. ("0,"):rep(131071) .. "0]")
  end)

  it("reads long text, with and without escapes", function()
    local long = ("x"):rep(1024 * 1024)
    assert.equal(long, json.decode('"' .. long .. '"'))
    assert.equal(long .. "\n", json.decode('"' .. long .. '\\n"'))
    assert.same({ [long] = 1 }, json.decode('{"' .. long .. '":1}'))
    refused('{"' .. long .. '":1,"' .. long .. '":2}')
  end)

  it("stays fast whatever the names are", function()
    local function time(name)
      local members = {}
      for i = 1, 100000 do members[i] = '"' .. name(i) .. '":0' end
      local text = "{" .. table.concat(members, ",") .. "}"
      local began = os.clock()
      local value = json.decode(text)
      local took = os.clock() - began
      assert.equal(0, value[name(100000)])
      return took
    end
    -- names of one size with one beginning and one end, and names that sort backwards; a check that
    -- compares each with each takes minutes
    assert.is_true(time(function(i) return ("aaaaaaaaaaaaaaaa%07dzzzzzzzz"):format(i) end) < 20)
    assert.is_true(time(function(i) return ("%07d"):format(1000000 - i) end) < 20)
  end)

  it("never shows what it was given", function()
    local bad = { '{"card":4242424242424242x}', '["4242424242424242\1"]', '{"4242424242424242":1,}',
      '"4242424242424242', '4242424242424242 4242424242424242', '{"4242424242424242" 1}',
      '{"4242424242424242":1,"4242424242424242":1}', '"4242424242424242\255"' }
    for _, text in ipairs(bad) do
      local err = refused(text)
      for _, member in pairs(err) do assert.is_nil(tostring(member):find("4242", 1, true)) end
    end
  end)

  it("raises for what is no text", function()
    for _, value in ipairs { 1, true, {}, print } do
      assert.has_error(function() local _ = json.decode(value) end)
    end
    local ok, message = pcall(function() local value = json.decode(nil); return value end)
    assert.is_false(ok)
    assert.truthy(message:find("json_decode_spec.lua", 1, true))
  end)
end)
