local obol = require "obol"
local places = require "spec.ledger.places"
local support = require "spec.flow.support"
local value = require "obol.flow.value"

local function problem(given, what)
  local packed, text = value.pack(what or "input", 1, given)
  assert.is_nil(packed)
  return text
end

local function nested(depth)
  local found = "x"
  for _ = 1, depth do found = { a = found } end
  return found
end

describe("a recorded value", function()
  it("is refused by path, and never shown", function()
    local secret = obol.secret "hush-hush"
    assert.equal("input.a.key: expected no secret: read it where it is used", problem { a = { key = secret } })
    assert.equal("input[2]: expected plain values, money or what a call answers, got a function",
      problem { 1, function() end })
    assert.equal("input: expected plain values, money or what a call answers, got a thread",
      problem(coroutine.create(print)))
    assert.equal("input.x: expected a number that is one", problem { x = 0 / 0 })
    assert.equal("input.x: expected a number that is one", problem { x = math.huge })
    assert.equal("input.x: expected a plain table, without a metatable", problem { x = setmetatable({}, {}) })
    assert.matches("expected texts and numbers as names", problem { [true] = 1 })
    -- a name may be what has to stay hidden
    assert.equal("input.?: expected no secret: read it where it is used", problem { ["4111 1111"] = secret })
    assert.matches("nested 12 deep at most", problem(nested(13)))
    assert.is_table((value.pack("input", 1, nested(12))))
    local circle = {}
    circle.self = circle
    assert.matches("nested 12 deep at most", problem(circle))
    assert.matches("expected 64 KiB at most in all", problem { ("x"):rep(65536) })
    assert.is_table((value.pack("input", 1, ("x"):rep(65000))))
  end)

  it("is bounded also where tables lead to one another, or are empty", function()
    local graph = {}
    for _ = 1, 11 do graph = { graph, graph, graph, graph, graph, graph, graph, graph, graph, graph } end
    assert.matches("expected 64 KiB at most in all", problem(graph))
    local empty = {}
    for place = 1, 20000 do empty[place] = {} end
    assert.matches("expected 64 KiB at most in all", problem(empty))
    assert.is_table((value.pack("input", 1, { {}, {}, { {} } })))
  end)

  it("is no card data", function()
    for _, given in ipairs { { cardNumber = "4" }, { ["card-number"] = "4" }, { ["Card.Number"] = "4" }, { CVV2 = 1 },
      { security_code = "123" }, { card = "4111 1111-1111 1111" }, { card = 4111111111111111 },
      { Card = { NUMBER = "4" } }, { cvv = "123" }, { card = { number = "4111111111111111" } }, { a = { CVC = 1 } },
      { card = { number = obol.secret "4" } }, { pan = "4" }, { card_number = "4" } } do
      assert.matches("expected no card data", problem(given))
    end
    assert.is_table((value.pack("input", 1, { card = { brand = "visa", last4 = "1111" } })))
    assert.is_table((value.pack("input", 1, { card = "visa 1111", company = "Pan Ltd", number = "12" })))
    assert.equal("input.action.client_secret: expected no secret: read it where it is used",
      problem { action = { client_secret = "pi_1" } })
  end)

  it("is a number that every Lua and every ledger keeps as it is", function()
    for _, given in ipairs { 2 ^ 53, -2 ^ 53, 1e300, math.mininteger or -2 ^ 63, 2 ^ 62 } do
      assert.equal("input.n: expected a number below 2^53, or its digits as text", problem { n = given })
    end
    assert.equal("input[inf]: expected a number that is one", problem { [math.huge] = 1 })
    assert.matches("expected a number below 2^53", problem { [2 ^ 53] = 1 })
    local largest = 2 ^ 53 - 1
    assert.equal("9007199254740991", ("%d"):format((value.unpack(value.pack("input", 1, largest)))))
  end)

  it("says which of several results it is", function()
    local _, text = value.pack("the results", 3, 1, nil, print)
    assert.matches("^the results%[3%]: ", text)
  end)
end)

places.describe("recorded values on %s", function(kind)
  it("come back as they were", function()
    local err = obol.error.new { kind = "timeout", outcome = "unknown", message = "no answer", retryable = true,
      provider_message = "words of the provider", fields = { { field = "a", message = "b" } } }
    local given = { text = "a\0b\255", list = { 1, 2, 3 }, fraction = 0.1, large = 2 ^ 52, negative = -7,
      yes = true, no = false, ["$"] = "money", ["$x"] = { ["$"] = "nil" }, null = obol.null, [7] = "seven",
      amounts = { obol.money("8.88", "USD"), obol.money.minor("90071992547409930", "JPY") }, error = err,
      list_of_json = obol.json.decode '[{"a":[]}]' }
    local back
    local flow = obol.flow("keep", function(flow, input)
      back = { input = input }
      back.results = { n = select("#", flow:step("a", function() return nil, false, input, nil end)),
        flow:step("b", function() return nil, false, input, nil end) }
      flow:sleep "1s"
    end)
    local pay, about = support.open({ flow }, { ledger = kind.open() })
    local started = pay.flows:start("keep", given, { id = "f" })
    assert.equal("waiting", started.status, tostring(started.error))
    support.pass(about, 1000)
    assert.equal(1, pay.flows:run().ended)
    assert.equal(4, back.results.n)
    assert.is_nil(back.results[1])
    assert.is_false(back.results[2])
    assert.is_nil(back.results[4])
    for _, found in ipairs { back.input, back.results[3], pay.flows:get("f").input } do
      assert.is_true(obol.error.is(found.error))
      assert.equal("timeout", found.error.kind)
      assert.is_true(found.error.retryable)
      assert.same({ { field = "a", message = "b" } }, found.error.fields)
      assert.is_nil(found.error.provider_message)
      assert.equal(obol.money("8.88", "USD"), found.amounts[1])
      assert.equal("90071992547409930", found.amounts[2]:format())
      assert.equal(obol.null, found.null)
      assert.equal("a\0b\255", found.text)
      assert.equal(0.1, found.fraction)
      assert.equal(2 ^ 52, found.large)
      assert.same({ "money", { ["$"] = "nil" }, "seven", -7, true, false },
        { found["$"], found["$x"], found[7], found.negative, found.yes, found.no })
      assert.same({ { a = {} } }, found.list_of_json)
      assert.same({ 1, 2, 3 }, found.list)
    end
  end)

  -- an id that is put together from one must be the same each time, or what was paid is paid again
  it("are written the same each time, whatever the kind of a number was", function()
    local seen = {}
    local flow = obol.flow("count", function(flow, input)
      local half, none, large = flow:step("a", function() return 10 / 2, -0.0, 2.0 ^ 40 end)
      seen[#seen + 1] = table.concat({ half, none, large, 0.5 }, " ") .. " " .. input.count
      local payment = flow:create(support.order("A-" .. half))
      flow:sleep "1s"
      return payment.order_id
    end)
    local pay, about = support.open({ flow }, { ledger = kind.open(), create = support.paid })
    pay.flows:start("count", { count = 6 / 2 }, { id = "f" })
    support.pass(about, 1000)
    pay.flows:run()
    assert.equal("A-5", pay.flows:get("f").result)
    assert.same({ "5 0 1099511627776 0.5 3", "5 0 1099511627776 0.5 3" }, seen)
    assert.equal(1, about.transport.count "payment.create")
  end)

  it("are other ones each time, so that code that changes them changes no record", function()
    local flow = obol.flow("change", function(flow, input)
      input.count = input.count + 1
      local step = flow:step("a", function() return { 1 } end)
      step[1] = step[1] + 1
      flow:sleep "1s"
      return { input.count, step[1] }
    end)
    local pay, about = support.open({ flow }, { ledger = kind.open() })
    pay.flows:start("change", { count = 1 }, { id = "f" })
    support.pass(about, 1000)
    pay.flows:run()
    assert.same({ 2, 2 }, pay.flows:get("f").result)
  end)
end, { install = support.install })

describe("what cannot be recorded", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  it("is no input", function()
    local pay = support.open { obol.flow("a", function() end) }
    local flow, err = pay.flows:start("a", { order = { card = { number = "4111111111111111" } } })
    assert.is_nil(flow)
    assert.equal("invalid", err.kind)
    assert.equal("input.order.card", err.field)
    assert.equal(0, #pay.flows:list())
  end)

  it("stops the flow when it is a step's, which then was not done again", function()
    local count = 0
    local pay = support.open { obol.flow("a", function(flow)
      flow:step("bad", function() count = count + 1 return 1, print end)
    end) }
    local flow = pay.flows:start "a"
    assert.equal("stopped", flow.status)
    assert.matches("value_spec.lua:%d+: step `bad`: the results%[2%]: expected plain values", flow.error.message)
    assert.equal(1, count)
    assert.is_nil(flow.due_ms)
  end)

  it("stops the flow when it is its result, an action or a word", function()
    local pay = support.open { obol.flow("a", function() return print end),
      obol.flow("b", function(flow) flow:present { url = obol.secret "x" } end),
      obol.flow("c", function(flow) flow:receive "x" end) }
    assert.matches("the flow's result: expected plain values", pay.flows:start("a").error.message)
    assert.matches("the action.url: expected no secret", pay.flows:start("b").error.message)
    local flow = pay.flows:start "c"
    local _, err = pay.flows:tell(flow.id, "x", { obol.secret "y" })
    assert.equal("invalid", err.kind)
    assert.equal("value[1]", err.field)
  end)
end)
