-- The five ways in which RuxPay may know a merchant, each with good and bad credentials.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local members = require "obol.sandbox.ruxpay.members"
local support = dofile "spec/sandbox/ruxpay_support.lua"

local MERCHANT, KEY = "100868", support.KEY

local function sha256(text) return crypto.hex(crypto.digest("sha256", text)) end

describe("RuxPay's authentication", function()
  local function status(app, headers, body)
    local reply = app.raw("POST", "/api/payment", body or cjson.encode(support.request()), headers)
    return reply.status
  end

  it("is HTTP's basic by default", function()
    local app = support.open()
    assert.same({ mode = "basic" }, app.box:accounts().ruxpay.auth)
    assert.equal(200, status(app))
    for _, headers in ipairs{ {}, { authorization = "Basic" }, { authorization = "Bearer " .. crypto.base64("x") },
      { authorization = "Basic !!!" }, { authorization = "Basic " .. crypto.base64(MERCHANT .. ":" .. KEY .. "x") },
      { authorization = "Basic " .. crypto.base64("100869:" .. KEY) } } do
      assert.equal(401, status(app, headers))
    end
    assert.equal(401, (app.raw("GET", "/search/order/1", nil, {})).status)
    assert.equal(1, #app.books().payments)
  end)

  it("may be two headers, whose names are settings", function()
    local app = support.open{ auth = { mode = "headers" } }
    assert.equal(200, status(app, { MerchantNo = MERCHANT, secretkey = KEY }))
    assert.equal(401, status(app, { merchantNo = MERCHANT, secretKey = "x" }))
    assert.equal(401, status(app, { secretKey = KEY }))
    assert.same({ mode = "headers", merchant_header = "merchantNo", secret_header = "secretKey" },
      app.box:accounts().ruxpay.auth)
    app = support.open{ auth = { mode = "headers", merchant_header = "X-Shop", secret_header = "X-Key" } }
    assert.equal(200, status(app, { ["x-shop"] = MERCHANT, ["x-key"] = KEY }))
    assert.equal(401, status(app, { merchantNo = MERCHANT, secretKey = KEY }))
  end)

  it("may be a hash over time and body", function()
    local app = support.open{ auth = { mode = "sha256" } }
    local body = cjson.encode(support.request())
    local function headers(more)
      local out = { merchantNo = MERCHANT, timestamp = "1700000000000",
        sign = sha256(MERCHANT .. "1700000000000" .. body .. KEY) }
      for name, value in pairs(more or {}) do out[name] = value end
      return out
    end
    assert.equal(200, status(app, headers(), body))
    assert.equal(401, status(app, headers(), body .. " "))
    assert.equal(401, status(app, headers{ timestamp = "1700000000001" }, body))
    assert.equal(401, status(app, headers{ timestamp = "soon" }, body))
    assert.equal(401, status(app, headers{ merchantNo = "1" }, body))
    assert.equal(401, status(app, headers{ sign = headers().sign:upper() }, body))
    local get = { merchantNo = MERCHANT, timestamp = "5", sign = sha256(MERCHANT .. "5" .. KEY) }
    assert.equal(200, (app.raw("GET", "/search/order/1", nil, get)).status)
  end)

  it("looks at the stamp only where it is told how far off it may be", function()
    local app = support.open{ auth = { mode = "sha256" }, timestamp_window_ms = 300000 }
    local function at(stamp)
      return (app.raw("GET", "/search/order/1", nil, { merchantNo = MERCHANT, timestamp = stamp,
        sign = sha256(MERCHANT .. stamp .. KEY) })).status
    end
    assert.same({ 200, 401, 401 }, { at("1700000300000"), at("1700000300001"), at("1699999699999") })
    app.box:fault("payment.query", "clock_skew")
    assert.equal(401, at("1700000000000"))
  end)

  it("may be a member of the body, signed as notifications are", function()
    local app = support.open{ auth = { mode = "body_sign" } }
    local body = cjson.encode(support.request())
    local signed = members.signed(body, members.sign(body, KEY))
    assert.equal(200, status(app, {}, signed))
    assert.equal(401, status(app, {}, body))
    assert.equal(401, status(app, {}, members.signed(body, members.sign(body, "x"))))
    assert.equal(401, status(app, {}, (signed:gsub("8%.88", "8.89"))))
    assert.equal(401, status(app, {}, "{"))
    assert.equal(401, status(app, {}, '{"sign":7}'))
    assert.equal(200, (app.raw("GET", "/search/order/1", nil, {})).status)
  end)

  it("signs containers as compact text, upper-case digits read too", function()
    -- Worked by hand: a, b, c in order; null and "" are dropped, blanks outside of strings too.
    local text = '{ "c" : { "x" : [ 1 , "a \\" b" ] } , "b":1.50, "n":null,"e":"", "a":"\\u4e2d", "t":true }'
    assert.equal("\228\184\173" .. "1.50" .. '{"x":[1,"a \\" b"]}' .. "true" .. "key", members.input(text, "key"))
    local app = support.open{ auth = { mode = "body_sign" } }
    local body = '{"a":{ "b" : 1 }}'
    assert.equal(200, status(app, {}, members.signed(body, sha256('{"b":1}' .. KEY):upper())))
  end)

  it("may be none, and may want constant headers too", function()
    assert.equal(200, status(support.open{ auth = { mode = "none" } }, {}))
    local extra = { { name = "X-Env", value = "eu" } }
    local app = support.open{ auth = { mode = "none", extra_headers = extra } }
    assert.equal(401, status(app, {}))
    assert.equal(200, status(app, { ["x-env"] = "eu" }))
    assert.same({ mode = "none", extra_headers = extra }, app.box:accounts().ruxpay.auth)
  end)
end)
