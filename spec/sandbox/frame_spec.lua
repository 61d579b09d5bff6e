-- What the simulators share: which one a reference means, where callbacks go and what acknowledges them.

local cjson = require "cjson"
local http = require "obol.sandbox.http"
local json = require "obol.sandbox.json"
local sandbox = require "obol.sandbox"
local simulators = require "obol.sandbox.simulators"

local T0 = 1700000000000

describe("the sandbox's frame", function()
  local box
  before_each(function() box = sandbox.new{ clock_ms = T0, webhook_url = "http://127.0.0.1:9/all" } end)

  -- A simulator that knows one order, and notes what is asked of it.
  local function fake(name, order_id, members)
    local provider = { name = name, operations = {}, asked = {} }
    function provider:find(reference)
      if self.problem then return nil, self.problem end
      return reference == order_id and { id = order_id } or nil
    end
    function provider:pay(_, options)
      self.asked[#self.asked + 1] = options
      return { by = name }
    end
    function provider.account() return {} end
    for key, value in pairs(members or {}) do provider[key] = value end
    box.providers[name] = provider
    box.names[#box.names + 1] = name
    return provider
  end

  it("finds an order at any provider, first of all where the payer can still act", function()
    fake("aaa", "A-1", { is_open = function() return false end })
    fake("bbb", "A-1", { is_open = function() return true end })
    fake("ccc", "A-1", { pay = false })
    assert.equal("bbb", box:pay("A-1").by)
    assert.equal("aaa", box:pay("A-1", { provider = "aaa" }).by)
    local paid, err = box:pay("A-2")
    assert.same({ nil, "not_found" }, { paid, err.kind })
  end)

  it("says what a provider found ambiguous only where no other knows the reference", function()
    fake("aaa", "A-1", { problem = { kind = "invalid", message = "reference: several" } })
    local _, err = box:pay("A-1")
    assert.equal("reference: several", err.message)
    fake("bbb", "A-1")
    assert.equal("bbb", box:pay("A-1").by)
  end)

  it("says that a provider lacks a verb", function()
    fake("aaa", "A-1")
    for _, verb in ipairs{ "decline", "back_out", "refund", "renew", "chargeback" } do
      local result, err = box[verb](box, "A-1")
      assert.same({ nil, "unsupported" }, { result, err.kind })
    end
    assert.is_false((pcall(box.pay, box, 7)))
  end)

  it("arms a fault at the provider that is named", function()
    assert.is_false((pcall(box.fault, box, "payment.create", "slow", { provider = "nobody" })))
    box:fault("payment.create", "slow", { provider = "appwheel" })
    fake("aaa", "A-1").operations["only.here"] = true
    assert.is_false((pcall(box.fault, box, "only.here", "slow", { provider = "appwheel" })))
    box:fault("only.here", "slow", { provider = "aaa" })
    assert.is_nil(box.faults:take("appwheel", "call", "only.here"))
    assert.equal("slow", box.faults:take("aaa", "call", "only.here").kind)
  end)

  it("tells accounts and pages of every provider", function()
    local accounts, pages = box:accounts(), box:pages()
    for _, name in ipairs(simulators) do
      assert.equal("table", type(accounts[name]))
      assert.same({}, pages[name])
    end
    local reply = http.serve(box, { method = "GET", target = "/_sandbox/pages", headers = {} })
    assert.equal(200, reply.status)
    assert.same(pages, cjson.decode(reply.body))
  end)

  local function push(more)
    local message = { provider = "appwheel", type = "x", body = "{}",
      sign = function() return { a = "b" } end, misprice = function(body) return body end }
    for name, value in pairs(more or {}) do message[name] = value end
    box.webhooks:push(message)
  end

  it("sends a callback to its own address, else the provider's, else the sandbox's", function()
    push{ url = "http://127.0.0.1:9/own" }
    push()
    push{ provider = "other" }
    box:set_webhook_url("http://127.0.0.1:9/wheel", "appwheel")
    local list = box:deliver()
    assert.same({ "http://127.0.0.1:9/own", "http://127.0.0.1:9/wheel", "http://127.0.0.1:9/all" },
      { list[1].url, list[2].url, list[3].url })
    assert.same({ "appwheel", "x", "other" }, { list[1].provider, list[1].type, list[3].provider })
    assert.is_false((pcall(box.set_webhook_url, box, "http://127.0.0.1:9/x", "nobody")))
    box:reset()
    assert.equal("http://127.0.0.1:9/wheel", box.webhooks.urls.appwheel)
  end)

  it("takes what a provider's rule acknowledges, on its own schedule", function()
    local answers = {}
    push{ retries = { 5000 }, accepted = function(status, body)
      answers[#answers + 1] = status .. body
      return status >= 200 and status < 300 and body == "ok"
    end }
    box:deliver(function() return 204, "no" end)
    assert.equal("waiting", box:deliveries()[1].status)
    box:advance(4999)
    assert.same({}, box:deliver())
    box:advance(1)
    box:deliver(function() return { status = 201, body = "ok" } end)
    assert.same({ "204no", "201ok" }, answers)
    assert.equal("delivered", box:deliveries()[1].status)
    push()
    box:deliver(function() return nil end)
    assert.equal("failed", box:deliveries()[2].status)
  end)

  it("sends only where it reaches, and once more on request", function()
    push{ url = "http://away.example/n" }
    push{ sign = function(body) return {}, body .. "signed" end }
    local list = box:deliver(nil, function(url) return url:find("127.0.0.1", 1, true) ~= nil end)
    assert.same({ 1, "{}signed" }, { #list, list[1].body })
    assert.equal("{}signed", box:deliveries()[2].body)
    assert.equal(1, #box:deliver())
    assert.is_true(box:resend(2))
    assert.equal("{}signed", box:deliver()[1].body)
    assert.equal("not_found", select(2, box:resend(99)).kind)
  end)

  it("writes numbers that no double holds", function()
    assert.equal('{"a":1625420154047475713,"b":3.44}', json.write(json.plain{ a = json.number("1625420154047475713"),
      b = json.number("3.44") }))
  end)
end)
