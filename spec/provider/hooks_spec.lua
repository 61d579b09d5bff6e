-- The functions of a definition: what they are given, what they may answer, how they may fail.

local obol = require "obol"
local support = require "spec.provider.support"

local crypto = obol.crypto
local params = { order_id = "A", amount = "1.00", currency = "USD" }
local moment = { time_ms = 1700000000123, nonce = "n", key = "k", token = obol.secret "t0ken" }

local function account_of(change, words)
  assert(obol.provider.define(support.definition(change)))
  local all = { provider = "bolt", merchant = "m", key = obol.secret "k3y" }
  for name, value in pairs(words or {}) do all[name] = value end
  return assert(obol.account(all))
end

local function signing(sign) return account_of(function(d) d.sign = sign end) end

local function opening(open, notifications)
  return account_of(function(d) d.open, d.notifications = open, notifications end)
end

describe("sign", function()
  it("sees the request whose bytes are final, and the account", function()
    local seen, whose
    local account = signing(function(request, of)
      seen, whose = request, of
      return {}
    end)
    local request = assert(account:encode("payment.create", params, moment))
    assert.equal("t0ken", seen.token:reveal())
    seen.token = nil
    assert.same({ operation = "payment.create", method = "POST", url = "https://api.bolt.example/v1/pay", path = "/pay",
      headers = { ["content-type"] = "application/json" }, body = request.body, time_ms = 1700000000123, nonce = "n",
      key = "k" }, seen)
    assert.same({ "bolt", "m", "https://api.bolt.example/v1", 7200000 },
      { whose.provider, whose.merchant, whose.base_url, whose.expire_after })
    assert.equal("k3y", whose.key:reveal())
    assert.equal("[secret]", tostring(whose.key))
  end)

  it("sees the configuration in its shape", function()
    local seen
    local account = account_of(function(d)
      d.config = { { "merchant", "text" }, { "key", "secret" }, { "auth.mode", "text", oneof = { basic = "B" } },
        { "auth.level", "integer" }, { "live", "boolean" }, { "wait", "duration" }, { "home", "currency" },
        { "any", "any" }, { "extra", "list", sub = { { "name", nil, "text" }, { "value", nil, "secret" } } } }
      for index, row in ipairs(d.config[9].sub) do d.config[9].sub[index] = { row[1], row[3] } end
      d.sign = function(_, of)
        seen = of
        return {}
      end
    end, { auth = { mode = "basic", level = 3 }, live = false, wait = "90s", home = "EUR", any = { 1, "x" },
      key = { obol.secret "new", obol.secret "old" },
      extra = { { name = "a", value = obol.secret "b" }, { name = "c", value = obol.secret "d" } } })
    assert(account:encode("payment.create", params, moment))
    assert.same({ "B", 3, false, 90000, "EUR", 1, "x", "new", "old", "a", "d" },
      { seen.auth.mode, seen.auth.level, seen.live, seen.wait, seen.home, seen.any[1], seen.any[2], seen.key:reveal(),
        seen.secrets.key[2]:reveal(), seen.extra[1].name, seen.extra[2].value:reveal() })
  end)

  it("puts its headers to the others, or in their place", function()
    local account = signing(function() return { ["x-a"] = "1", ["content-type"] = "application/json; v=2" } end)
    assert.same({ ["x-a"] = "1", ["content-type"] = "application/json; v=2" },
      assert(account:encode("payment.create", params)).headers)
  end)

  it("finds headers of the rows there", function()
    local account = account_of(function(d, operation)
      d.config[1] = { "merchant", "text", place = "header", wire = "x-merchant" }
      operation.request[4] = { "call.key", "idempotency-key", "text", place = "header" }
      operation.request[5] = { "trial_days", "x-days", "integer", place = "header", as = "text" }
      d.sign = function(request) return { ["x-a"] = request.headers["idempotency-key"] .. "!" } end
    end)
    local request = assert(account:encode("payment.create",
      { order_id = "A", amount = "1.00", currency = "USD", trial_days = 7 }, moment))
    assert.same({ ["content-type"] = "application/json", ["x-merchant"] = "m", ["idempotency-key"] = "k",
      ["x-days"] = "7", ["x-a"] = "k!" }, request.headers)
    assert.equal('{"orderNo":"A","total":100,"currency":"USD"}', request.body)
    local none, err = account:encode("payment.create", params, { time_ms = 1, key = "a\nb" })
    assert.is_nil(none)
    assert.equal("call.key: expected text of ASCII without control characters and outer blanks", tostring(err))
  end)

  it("may be two steps and a header", function()
    local account = signing { header = "x-signature",
      input = function(request) return request.method .. "\n" .. request.path .. "\n" .. request.body end,
      make = function(input, of) return crypto.hex(crypto.hmac("sha256", of.key, input)) end }
    -- printf 'POST\n/pay\n{...}' | openssl dgst -sha256 -hmac k3y
    assert.equal("d28be220013b9cc4f6c56da314b05f498d64780975460d34ee4ceb632be717b2",
      assert(account:encode("payment.create", params)).headers["x-signature"])
  end)

  it("signs a body with a card in it without making a string of it", function()
    local seen, input
    local account = account_of(function(d, operation)
      operation.request[4] = { "card.number", "card", "secret" }
      d.sign = { header = "x-signature",
        input = function(request)
          seen = request.body
          input = request.path .. "\n" .. request.body .. 7
          return input
        end,
        make = function(bytes) return crypto.hex(crypto.digest("sha256", bytes)) end }
    end)
    local card = { number = obol.secret "4242424242424242" }
    local request = assert(account:encode("payment.create",
      { order_id = "A", amount = "1.00", currency = "USD", card = card }))
    assert.equal("userdata", type(seen))
    assert.equal("userdata", type(input))
    local plain = '/pay\n{"orderNo":"A","total":100,"currency":"USD","card":"4242424242424242"}7'
    assert.equal(plain, input:reveal())
    assert.equal(crypto.hex(crypto.digest("sha256", plain)), request.headers["x-signature"])
  end)

  local function refused(sign)
    local request, err = signing(sign):encode("payment.create", params)
    assert.is_nil(request)
    assert.equal("not_sent", err.outcome)
    return err
  end

  it("that raises sends nothing, and its words come without what it quotes", function()
    local err = refused(function() return nil + 1 end)
    assert.equal("internal", err.kind)
    assert.truthy(err.message:find "^raised an error: .*hooks_spec%.lua:%d+: attempt to perform arithmetic")
    assert.equal("raised an error: x", refused(function() error("x near 'k3y'", 0) end).message)
    assert.equal("raised an error: an error that is no text", refused(function() error({}) end).message)
    assert.equal("sign.make", refused { header = "x-s", input = function() return "" end, make = error }.field)
    assert.equal("internal", refused(function() coroutine.yield() end).kind)
  end)

  it("may answer an error of its own", function()
    local err = refused(function() return nil, obol.error.new { kind = "authentication", message = "no key" } end)
    assert.equal("authentication", err.kind)
    assert.equal("no key", tostring(err))
    assert.equal("expected a table of headers", refused(function() end).message)
    assert.equal("expected what is to be signed",
      refused { header = "x-s", input = function() end, make = print }.message)
    assert.equal("expected a signature as text",
      refused { header = "x-s", input = function() return "" end, make = function() return 5 end }.message)
  end)

  it("may not answer what no header is", function()
    for _, headers in ipairs { { ["X-A"] = "1" }, { [""] = "1" }, { ["x a"] = "1" }, { ["x-a"] = "" },
      { ["x-a"] = "1\r\nx-b: 2" }, { ["x-a"] = 1 }, { "x" }, { ["x-a"] = {} } } do
      local err = refused(function() return headers end)
      assert.equal("sign", err.field)
      assert.truthy(err.message:find "^expected at most 16 headers")
    end
    local many = {}
    for index = 1, 16 do many["x-" .. index] = "1" end
    refused(function() return many end)
    many["x-16"] = nil
    assert(signing(function() return many end):encode("payment.create", params))
  end)

  it("may close its account, define its provider again and collect", function()
    local account
    account = signing(function(_, of)
      account:close()
      assert(obol.provider.define(support.definition()))
      collectgarbage()
      collectgarbage()
      assert(not pcall(of.key.reveal, of.key))
      return { ["x-a"] = "1" }
    end)
    local request = assert(account:encode("payment.create", params))
    collectgarbage()
    assert.equal("1", request.headers["x-a"])
    assert.equal("POST", request.method)
    assert.equal('{"orderNo":"A","total":100,"currency":"USD"}', request.body)
    assert.is_false((pcall(account.encode, account, "payment.create", params)))
  end)
end)

describe("open", function()
  local rows = { { type = "payment", at = "kind", is = "pay", id_of = { "id" }, confirm = "unless_off",
    fields = { { "order_id", "no", "text", required = true }, { "currency", "cur", "currency" },
      { "amount", "sum", "money", as = "minor_number" } },
    outcomes = { { at = "state", is = "ok", outcome = "succeeded" } } } }

  it("sees what came, and the time", function()
    local seen
    local account = opening(function(incoming)
      seen = incoming
      return nil
    end, rows)
    local incoming = { method = "POST", url = "/n?x=1", headers = { a = "b" }, body = "{}" }
    account:open(incoming, { time_ms = 5 })
    incoming.time_ms = 5
    assert.same(incoming, seen)
  end)

  it("gives a tree or JSON, of which rows read the event", function()
    for _, tree in ipairs { { kind = "pay", id = 7, no = "A", cur = "JPY", sum = 5, state = "ok", more = 1 },
      '{"kind":"pay","id":7,"no":"A","cur":"JPY","sum":5,"state":"ok","more":1}' } do
      local account = opening(function() return tree, "signature" end, rows)
      local event = assert(account:open { body = "" })
      assert.same({ "7", "payment.succeeded", "A", "5 JPY", "signature", true, 1 },
        { event.id, event.type, event.order_id, tostring(event.amount), event.verified_by, event.confirm,
          event.extra.more })
    end
  end)

  it("has to be confirmed where nothing proves it", function()
    for _, proof in ipairs { false, true, "query", "signed" } do
      local account = opening(function() return { kind = "pay", no = "A" }, proof end,
        { { type = "payment", id_of = { "no" }, fields = rows[1].fields, confirm = "never" } })
      local event = assert(account:open { body = "" })
      assert.is_nil(event.verified_by)
      assert.is_true(event.confirm)
    end
  end)

  it("has to be confirmed where the amount cannot be compared, though it is proven", function()
    for currency, confirm in pairs { JPY = false, XYZ = true, [""] = false } do
      local event = opening(function() return { no = "A", cur = currency, sum = 5 }, "signature" end,
        { { type = "payment", id_of = { "no" }, fields = rows[1].fields, confirm = "never" } }):open { body = "" }
      assert.same({ "signature", confirm or nil }, { event.verified_by, event.confirm }, currency)
    end
  end)

  it("gives nothing but a table with names", function()
    local kinds = { { type = "payment", id_of = { "no" }, fields = { { "no", "no", "text" } } } }
    for _, tree in ipairs { "[]", '["a"]', "1", "null", '"a"', "true", { "a" } } do
      for _, by_rows in ipairs { false, true } do
        local account = opening(function() return tree, "signature" end, by_rows and kinds or nil)
        local event, err = account:open { body = "" }
        assert.same({ nil, "provider", "expected a notification of Bolt Pay" }, { event, err.kind, err.message })
      end
    end
  end)

  it("without rows is the event itself, save for what proves it", function()
    local account = opening(function()
      return { type = "hint", id = "1", verified_by = "query", confirm = false, amount = obol.money("1", "USD") }
    end)
    local event = assert(account:open { body = "" })
    assert.same({ "hint", "1", true, "1.00 USD" }, { event.type, event.id, event.confirm, tostring(event.amount) })
    assert.is_nil(event.verified_by)
  end)

  it("that answers something else is refused", function()
    for kind, answers in pairs { provider = { { kind = "other" }, { kind = "pay" }, { kind = "pay", no = 5 }, {} },
      invalid = { "", "{", { kind = print } }, signature = { false, 5, true } } do
      for _, answer in ipairs(answers) do
        local event, err = opening(function() return answer end, rows):open { body = "" }
        assert.is_nil(event)
        assert.equal(kind, err.kind)
      end
    end
    local event, err = opening(function() return { id = "1" } end):open { body = "" }
    assert.is_nil(event)
    assert.equal("provider", err.kind)
  end)

  it("that raises is an error, and no event", function()
    local event, err = opening(function() error "boom" end, rows):open { body = "" }
    assert.is_nil(event)
    assert.same({ "internal", "open" }, { err.kind, err.field })
    local own = obol.error.new { kind = "storage", message = "x" }
    event, err = opening(function() return nil, own end):open { body = "" }
    assert.is_nil(event)
    assert.equal("storage", err.kind)
  end)

  it("may close its account", function()
    local account
    account = opening(function()
      account:close()
      return { kind = "pay", no = "A" }
    end, rows)
    local ok, message = pcall(account.open, account, { body = "" })
    assert.is_false(ok)
    assert.truthy(message:find "account is closed")
  end)
end)

describe("a provider of Lua among others", function()
  it("has words of its own in a call of another", function()
    account_of()
    local wheel = assert(obol.account { provider = "appwheel", app_id = 1, secret = obol.secret(("s"):rep(32)) })
    local function extra(name)
      return wheel:encode("product.list", { extra = { [name] = { what = 1 } } })
    end
    assert(extra "bolt")
    assert.equal("extra.blot", select(2, extra "blot").fields[1].field)
  end)

  it("whose account is not configured right is refused like any", function()
    account_of()
    local account, err = obol.account { provider = "bolt", merchnt = "m" }
    assert.is_nil(account)
    assert.same({ "merchant", "merchnt" }, { err.fields[1].field, err.fields[2].field })
    assert.equal("expected a known provider", select(2, obol.account { provider = "blot" }).message)
    assert.equal("not_found", select(2, obol.describe "blot").kind)
  end)
end)
