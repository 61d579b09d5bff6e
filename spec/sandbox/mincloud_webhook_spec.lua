-- The notification of a payment at MinCloud's simulator: a JSON Web Token as bare text.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local support = dofile "spec/sandbox/mincloud_support.lua"
local webhook = require "obol.sandbox.mincloud.webhook"

local KEY = "mehXaWyZXhnzsyWYeUPhWTCOgfjGgdwN"

describe("MinCloud's notifications in the sandbox", function()
  local app
  before_each(function() app = support.open{ webhook_key = KEY, webhook_url = "http://127.0.0.1:9/web" } end)

  local function unbase64(text)
    text = text:gsub("%-", "+"):gsub("_", "/")
    return crypto.unbase64(text .. ("="):rep(-#text % 4))
  end
  -- Whether a token is signed under the key, and its claims.
  local function open(token)
    local head, claims, mac = token:match("^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$")
    assert.equal('{"alg":"HS256","typ":"JWT"}', unbase64(head))
    return unbase64(mac) == crypto.hmac("sha256", KEY, head .. "." .. claims), cjson.decode(unbase64(claims)),
      unbase64(claims)
  end
  local function one()
    local list = app.box:deliver()
    assert.equal(1, #list)
    return list[1]
  end

  it("signs as the documentation's own token and the sheet's vector do", function()
    assert.equal("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYW1lIjoiMTIzIn0"
      .. ".FGhYH5IF-PkNV8b4SNh-1WKwV8h-Gj8JYVlXmUdCGs8", webhook.token('{"name":"123"}', KEY))
    assert.equal("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0cmFkZV9ubyI6IjFpQVU2dWptM0hSN25lUFBCSFI0NnZ0SXBKWmZhNnNr"
      .. "Iiwic3RhdHVzIjoic3VjY2VzcyIsInRvdGFsX2Nvc3QiOjAuMSwibWVyY2hhbmRpc2VfZGVzY3JpcHRpb24iOiLmt7Hok53oibLnp4voo6Qi"
      .. "LCJwYWlkX2F0IjoxNTY4NzkwNzAwfQ.iAnUQpIaey_fRI8LQlegbCouh64mk7pdSiIebP0JQhY",
      webhook.token('{"trade_no":"1iAU6ujm3HR7nePPBHR46vtIpJZfa6sk","status":"success","total_cost":0.1,'
        .. '"merchandise_description":"深蓝色秋裤","paid_at":1568790700}', KEY))
  end)

  it("is sent on success, as bare text, with what the trigger tells", function()
    local made = app.named("A-1", { total_cost = 0.1, merchandise_schema_id = 7, merchandise_record_id = "r" })
    assert.same({}, app.box:deliver())
    app.box:advance(5000)
    app.box:pay("A-1")
    local request = one()
    assert.same({ "POST", "http://127.0.0.1:9/web", "text/plain", "WeChatPaySuccess" },
      { request.method, request.url, request.headers["content-type"], request.type })
    assert.truthy(request.headers["x-hydrogen-webhook-action-id"]:find("^" .. ("%x"):rep(32) .. "$"))
    assert.is_nil(request.headers["x-hydrogen-trigger-event"])
    local signed, claims, text = open(request.body)
    assert.is_true(signed)
    assert.same({ obol = { order_id = "A-1", key = "k-A-1" } }, claims.merchandise_snapshot)
    for name, value in pairs{ trade_no = made.trade_no, transaction_no = made.transaction_no, status = "success",
      refund_status = cjson.null, merchandise_schema_id = 7, merchandise_record_id = "r",
      merchandise_description = "深蓝色秋裤", created_by_id = 92118009020754, paid_at = 1700000005,
      created_at = 1700000000, updated_at = 1700000005, gateway_type = "weixin_tenpay_native", currency_type = "CNY",
      id = 180001 } do
      assert.equal(value, claims[name], name)
    end
    assert.truthy(text:find('"total_cost":0.1,', 1, true))
    assert.truthy(claims.ip_address)
  end)

  it("writes amounts as short as JavaScript does", function()
    for yuan, written in pairs{ ["10.01"] = "10.01", ["398"] = "398", ["0.07"] = "0.07", ["10"] = "10",
      ["99999999.99"] = "99999999.99", ["0.20"] = "0.2" } do
      app.paid{ total_cost = tonumber(yuan) }
      local _, _, text = open(one().body)
      assert.truthy(text:find('"total_cost":' .. written .. ",", 1, true), text)
    end
  end)

  it("names each channel's event", function()
    for gateway_type, event in pairs{ alipay_wap = "AlipayPaySuccess", qpay_native = "QPaySuccess",
      weixin_tenpay_wap = "WeChatPaySuccess" } do
      app.paid{ gateway_type = gateway_type }
      assert.equal(event, one().type)
    end
  end)

  it("may keep to the documented claims, which have no amount", function()
    app = support.open{ webhook_key = KEY, webhook_amounts = false }
    app.paid()
    local signed, claims = open(one().body)
    assert.is_true(signed)
    for _, name in ipairs{ "total_cost", "gateway_type", "currency_type", "created_at", "updated_at", "id" } do
      assert.is_nil(claims[name])
    end
    assert.equal("success", claims.status)
  end)

  it("takes any 2xx, and tries again after 1, 5 and 30 s with the same id", function()
    app.paid()
    app.box:deliver(function() return 204 end)
    assert.equal("delivered", app.box:deliveries()[1].status)
    app.paid()
    local times, ids, calls = {}, {}, 0
    local function refuse(request)
      calls = calls + 1
      ids[request.headers["x-hydrogen-webhook-action-id"]] = true
      return 302
    end
    app.box:deliver(refuse)
    for second = 1, 60 do
      app.box:advance(1000)
      local before = calls
      app.box:deliver(refuse)
      if calls > before then times[#times + 1] = second end
    end
    assert.same({ 1, 6, 36 }, times)
    assert.truthy(next(ids))
    assert.is_nil(next(ids, (next(ids))))
    assert.equal("failed", app.box:deliveries()[2].status)
  end)

  it("comes forged, under another key, and over a wrong amount", function()
    for _, kind in ipairs{ "forged", "wrong_key" } do
      app.box:fault("notification", kind)
      app.paid()
      assert.is_false((open(one().body)))
    end
    app.box:fault("WeChatPaySuccess", "wrong_amount")
    app.paid{ total_cost = 19.99 }
    local signed, claims = open(one().body)
    assert.is_true(signed)
    assert.equal(20, claims.total_cost)
    app = support.open{ webhook_key = KEY, webhook_amounts = false }
    app.box:fault("notification", "wrong_amount")
    app.paid()
    signed, claims = open(one().body)
    assert.same({ true, 0.11 }, { signed, claims.total_cost })
  end)

  it("comes altered, of another status, and in another's place", function()
    app.box:fault("notification", "altered")
    local made = app.paid()
    local signed, claims = open(one().body)
    assert.is_false(signed)
    assert.are_not.equal(made.trade_no, claims.trade_no)
    app.box:fault("notification", "other_status")
    app.paid()
    signed, claims = open(one().body)
    assert.same({ true, "failed" }, { signed, claims.status })
    made = app.paid()
    one()
    app.box:fault("notification", "replayed")
    local other = app.paid()
    signed, claims = open(one().body)
    assert.same({ true, made.trade_no }, { signed, claims.trade_no })
    assert.are_not.equal(made.trade_no, other.trade_no)
  end)

  it("comes from somebody without a key, of an order that nobody paid", function()
    local made = app.named("A-1")
    assert.equal(made.trade_no, app.box:forge("A-1").trade_no)
    local head, claims, mac = one().body:match("^([%w_-]+)%.([%w_-]+)%.(.*)$")
    assert.same({ '{"alg":"none","typ":"JWT"}', "" }, { unbase64(head), mac })
    claims = cjson.decode(unbase64(claims))
    assert.same({ made.trade_no, "success" }, { claims.trade_no, claims.status })
    assert.equal("pending", app.books().orders[1].status)
  end)

  it("is signed under a new key once it was changed", function()
    app.paid()
    app.box:set("mincloud", { webhook_key = ("k"):rep(32) })
    assert.is_false((open(one().body)))
    assert.equal(("k"):rep(32), app.box:accounts().mincloud.webhook_key)
  end)

  it("comes late, twice, and out of order", function()
    app.box:fault("notification", "late", { ms = 90000 })
    app.paid()
    assert.same({}, app.box:deliver())
    app.box:advance(90000)
    assert.equal("success", select(2, open(one().body)).status)
    app.box:fault("notification", "duplicated")
    app.paid()
    local list = app.box:deliver()
    assert.equal(2, #list)
    assert.equal(list[1].body, list[2].body)
    app.box:fault("notification", "reordered")
    local first, second = app.paid(), app.paid()
    list = app.box:deliver()
    assert.same({ second.trade_no, first.trade_no },
      { select(2, open(list[1].body)).trade_no, select(2, open(list[2].body)).trade_no })
  end)

  it("goes where it was last told to", function()
    app.box:set_webhook_url("http://127.0.0.1:9/other", "mincloud")
    app.paid()
    assert.equal("http://127.0.0.1:9/other", one().url)
    app.box:reset()
    app.paid()
    assert.equal("http://127.0.0.1:9/other", one().url)
    assert.is_false((pcall(support.open, { webhook_url = "nowhere" })))
  end)
end)
