-- The webhook of a MinCloud payment, protocol sheet, section 8.

local crypto = require "obol.crypto"
local json = require "obol.json"
local secret = require "obol.secret"
local support = require "spec.account.mincloud_support"

local KEY, token = support.KEY, support.token
local account = support.account { webhook_key = secret(KEY) }

-- The sheet's vectors 1 (the documentation's own) and 2.
local FIRST = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiMTIzIn0.FGhYH5IF-PkNV8b4SNh-1WKwV8h-Gj8JYVlXmUdCGs8"
local SECOND = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0cmFkZV9ubyI6IjFpQVU2dWptM0hSN25lUFBCSFI0NnZ0SXBKWmZhNnNrIiw"
  .. "ic3RhdHVzIjoic3VjY2VzcyIsInRvdGFsX2Nvc3QiOjAuMSwibWVyY2hhbmRpc2VfZGVzY3JpcHRpb24iOiLmt7Hok53oibLnp4voo6Qi"
  .. "LCJwYWlkX2F0IjoxNTY4NzkwNzAwfQ.iAnUQpIaey_fRI8LQlegbCouh64mk7pdSiIebP0JQhY"
local TRADE = "1iAU6ujm3HR7nePPBHR46vtIpJZfa6sk"

local function open(body, other)
  return (other or account):open({ method = "POST", url = "/n", headers = {}, body = body }, { time_ms = 1 })
end

-- The claims of section 8.1, which have neither amount nor gateway.
local function claims(more)
  return support.with({
    trade_no = TRADE, transaction_no = support.TRANSACTION, merchandise_description = "深蓝色秋裤",
    merchandise_snapshot = { obol = { order_id = "A-1", key = "k-1" } }, merchandise_schema_id = 42,
    merchandise_record_id = "k-1", status = "success", refund_status = json.null, ip_address = "203.0.113.9",
    created_by_id = 92118009020754, paid_at = 1568790700,
  }, more)
end

local function refused(body, other)
  local event, err = open(body, other)
  assert.is_nil(event)
  assert.equal("signature", err.kind)
  assert.equal("expected a signed notification of this account", err.message)
  return err
end

describe("MinCloud's notification", function()
  it("is the sheet's vector", function()
    local event = assert(open(SECOND))
    assert.same({ TRADE .. "/success", "payment.succeeded", "succeeded", "succeeded", TRADE, "0.10 CNY",
      "深蓝色秋裤", 1568790700000, 1568790700000, "signature", true },
      { event.id, event.type, event.outcome, event.status, event.trade_no, tostring(event.amount), event.description,
        event.time_ms, event.paid_ms, event.verified_by, event.confirm })
    assert.is_nil(event.provider_id)
    assert.is_nil(event.live)
    assert.equal(SECOND, token('{"trade_no":"1iAU6ujm3HR7nePPBHR46vtIpJZfa6sk","status":"success","total_cost":0.1,'
      .. '"merchandise_description":"深蓝色秋裤","paid_at":1568790700}'))
  end)

  it("that is genuine and speaks of no order is refused for that", function()
    for _, body in ipairs { FIRST, token "{}", token "[]", token "null", token '"x"', token "5", token "", token "x",
      token '{"trade_no":', token '{"trade_no":"a","trade_no":"b"}',
      token '{"subject":"WeChatPaySuccess","payload":{}}' } do
      local event, err = open(body)
      assert.is_nil(event)
      assert.equal("provider", err.kind, body)
    end
  end)

  it("tells order, key and numbers, and wants to be confirmed", function()
    local event = assert(open(token(json.encode(claims()))))
    assert.same({ "payment.succeeded", support.TRANSACTION, TRADE, "A-1", "k-1", "42", "k-1", "92118009020754", true,
      "signature" }, { event.type, event.provider_id, event.trade_no, event.order_id, event.key, event.schema_id,
      event.record_id, event.payer_id, event.confirm, event.verified_by })
    assert.is_nil(event.amount)
    assert.equal("203.0.113.9", event.extra.ip_address)
    -- the configuration cannot turn it off
    local config = support.config()
    config.confirm = false
    assert.is_nil((require("obol.account")(config)))
  end)

  it("has its type by its status, and one name at each delivery", function()
    for status, expected in pairs { success = { "payment.succeeded", "succeeded" },
      pending = { "payment.updated", "accepted" }, failed = { "payment.failed", "declined" },
      other = { "payment.updated", "unknown" } } do
      local text = json.encode(claims { status = status })
      local event = assert(open(token(text)))
      assert.same({ TRADE .. "/" .. status, expected[1], expected[2] }, { event.id, event.type, event.outcome })
      assert.equal(event.id, assert(open(token(text, '{"typ":"JWT","alg":"HS256"}'))).id)
    end
  end)

  it("may have the order inside, as triggers of version 2 do", function()
    local order = claims { id = 81, miniapp = 7, total_cost = 0.1, created_by = 92118009020754, gateway_type = "qfpay",
      currency_type = "CNY", profit_sharing = false, created_at = 1568790600, updated_at = 1568790701 }
    local text = json.encode({ subject = "WeChatPaySuccess", payload = order, })
    local event = assert(open(token((text:gsub('"total_cost":[^,}]*', '"total_cost":0.1')))))
    assert.same({ "payment.succeeded", TRADE .. "/success", "A-1", "0.10 CNY", 1568790600000 },
      { event.type, event.id, event.order_id, tostring(event.amount), event.created_ms })
    assert.equal("qfpay", event.extra.gateway_type)
    assert.is_nil(event.method)
    -- a snapshot or a field of that name makes no second order
    event = assert(open(token(json.encode(claims { subject = "x", payload = "y" }))))
    assert.equal("A-1", event.order_id)
  end)

  it("has its values in every form", function()
    for _, value in ipairs { json.null, "", 5, "5" } do
      for _, name in ipairs { "transaction_no", "merchandise_schema_id", "merchandise_record_id", "created_by_id" } do
        assert(open(token(json.encode(claims { [name] = value }))), name)
      end
    end
    for _, value in ipairs { json.null, "{}", "{'obol': {'key': 'k-9'}}", "", {}, 5 } do
      local event = assert(open(token(json.encode(claims { merchandise_snapshot = value }))))
      assert.is_nil(event.key)
    end
    assert.equal("k-1", assert(open(token(json.encode(claims {
      merchandise_snapshot = '{"obol":{"order_id":"A-1","key":"k-1"}}' })))).key)
  end)

  it("does not hang on headers", function()
    for _, headers in ipairs { {}, { ["x-hydrogen-webhook-action-id"] = "a" }, { ["content-type"] = "text/plain" },
      { ["x-hydrogen-trigger-event"] = "on_delete", ["x-hydrogen-webhook-delivery"] = "b" } } do
      assert(account:open({ method = "GET", url = "", headers = headers, body = SECOND }, { time_ms = 1 }))
    end
    assert(account:open({ body = secret(SECOND) }))
  end)

  it("is opened at the machine's time without any other", function()
    local incoming = { method = "POST", url = "/notify", headers = {}, body = SECOND }
    assert.equal("payment.succeeded", assert(account:open(incoming)).type)
    assert.equal("payment.succeeded", assert(account:open(incoming, {})).type)
    incoming.url = "1700000000000"
    assert.equal("payment.succeeded", assert(account:open(incoming)).type)
  end)

  it("is proven by any of the account's keys", function()
    assert(open(SECOND, support.account { webhook_key = { secret "new", secret(KEY) } }))
    assert(open(SECOND, support.account { webhook_key = { secret(KEY), secret "old" } }))
    refused(SECOND, support.account { webhook_key = { secret "new", secret "old" } })
    refused(SECOND, support.account { webhook_key = secret(KEY:lower()) })
    refused(SECOND, support.account())
  end)
end)

describe("MinCloud's forged notification", function()
  local input, mac = SECOND:match "^(.*)%.([^.]*)$"
  local header, body = input:match "^([^.]*)%.(.*)$"

  it("is refused when a bit of it is another", function()
    for at = 1, #SECOND do
      local letter = SECOND:sub(at, at)
      local other = letter == "A" and "B" or "A"
      refused(SECOND:sub(1, at - 1) .. other .. SECOND:sub(at + 1))
    end
  end)

  it("is refused whatever it says of how it is signed", function()
    local text = json.encode(claims())
    for _, alg in ipairs { '{"alg":"none"}', '{"alg":"None","typ":"JWT"}', '{"alg":"HS384"}', '{"alg":"HS512"}',
      '{"alg":"RS256"}', '{"alg":"ES256"}', '{"alg":"hs256"}', '{"alg":"HS256 "}', '{"alg":["HS256"]}', '{"alg":null}',
      '{"typ":"JWT"}', "{}", "[]", '"HS256"', "null", "x", '{"alg":"HS256","alg":"none"}',
      '{"alg":"HS256","crit":["b64"]}',
      '{"alg":"HS256","crit":[],"b64":false}' } do
      refused(token(text, alg))
      refused(support.base64url(alg) .. "." .. support.base64url(text) .. ".")
    end
    local longer = support.base64url '{"alg":"HS512"}' .. "." .. support.base64url(text)
    refused(longer .. "." .. support.base64url(crypto.hmac("sha512", KEY, longer)))
    refused(token(text, nil, ""))
    refused(token(text, nil, "other"))
  end)

  it("is refused when its parts are not three, or are empty", function()
    for _, text in ipairs { input, header, input .. ".", input .. "." .. mac .. ".", "." .. SECOND, SECOND .. ".x",
      header .. ".." .. mac, "." .. body .. "." .. mac, "..", ".", "...", header .. "." .. mac } do
      refused(text)
    end
  end)

  it("is refused in another spelling", function()
    local standard = mac:gsub("-", "+"):gsub("_", "/")
    assert.not_equal(mac, standard)
    for _, text in ipairs { input .. "." .. standard, SECOND .. "=", input .. "." .. mac .. "==", SECOND .. "\n",
      SECOND .. " ", " " .. SECOND, "\239\187\191" .. SECOND, '"' .. SECOND .. '"', SECOND .. "\0",
      input .. "." .. mac:sub(1, -2), input .. "." .. mac .. "A", input .. "." .. mac:gsub("^(.)", "%1\n"),
      "token=" .. SECOND, '{"token":"' .. SECOND .. '"}' } do
      refused(text)
    end
    -- the last letter has two bits that stand for nothing: one of its four spellings is the right one
    local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    local last = letters:find(mac:sub(-1), 1, true)
    for step = 1, 3 do refused(input .. "." .. mac:sub(1, -2) .. letters:sub(last + step, last + step)) end
  end)

  it("is refused when it is put together from two", function()
    local other = token(json.encode(claims { trade_no = "other" }))
    local _, _, other_mac = other:match "^([^.]*)%.([^.]*)%.([^.]*)$"
    refused(input .. "." .. other_mac)
    refused(other:match "^(.*)%." .. "." .. mac)
  end)

  it("is refused at every size", function()
    local state = 1
    local function noise(size)
      local bytes = {}
      for i = 1, size do
        state = (state * 1103515245 + 12345) % 2147483648
        bytes[i] = string.char(math.floor(state / 65536) % 256)
      end
      return table.concat(bytes)
    end
    for _, size in ipairs { 0, 1, 2, 31, 32, 33, 1000, 65535, 65536, 65537 } do
      refused(noise(size))
      refused(("A"):rep(size))
      refused(("."):rep(size))
      refused(support.base64url(noise(size)) .. "." .. support.base64url(noise(8)) .. "." .. mac)
    end
    for _ = 1, 200 do refused(noise(40)) end
    local event, err = open(("x"):rep(1024 * 1024 + 1))
    assert.is_nil(event)
    assert.equal("invalid", err.kind)
  end)

  it("of any size is read where it is genuine", function()
    local event = assert(open(token(json.encode(claims { merchandise_description = ("x"):rep(65537) }))))
    assert.equal("payment.succeeded", event.type)
  end)

  it("that is replayed has the same name", function()
    assert.equal(assert(open(SECOND)).id, assert(open(SECOND)).id)
  end)
end)

describe("MinCloud's acknowledgements", function()
  it("are any 2xx for what was taken, and no 2xx for the rest", function()
    assert.equal(200, account:acknowledge("accepted").status)
    assert.equal(503, account:acknowledge("later").status)
    assert.equal(400, account:acknowledge("refused").status)
    for _, word in ipairs { "accepted", "later", "refused" } do
      assert.equal("text/plain", account:acknowledge(word).headers["content-type"])
    end
  end)
end)
