-- The sandbox's own reading of AppWheel's request signature, against the vectors of the protocol sheet.

local crypto = require "obol.crypto"
local signature = require "obol.sandbox.appwheel.signature"
local support = dofile "spec/sandbox/support.lua"

local CREATE = "/v1/stripe/purchase/create"
local ASCII = '{"appUserId":"user_1","productId":"price_1LGLc9HedDJPunHoY5LZlOJy",'
  .. '"successUrl":"https://shop.example/ok","cancelUrl":"https://shop.example/no"}'
local CHINESE = '{"appUserId":"用户甲","productId":"price_1","successUrl":"https://shop.example/ok",'
  .. '"cancelUrl":"https://shop.example/no","mode":"payment","quantity":1,"payPrice":1000,'
  .. '"productName":"深蓝色秋裤 É😀","currency":"usd"}'

-- name, timestamp, nonce, method, uri, body, signature
local vectors = {
  { "V1", "1700000000", "1700000000123", "POST", CREATE, ASCII,
    "de4d631da99328e4d5016b8c3fe6909cd4be3920d8b1453ef956450c8ac7a5d9" },
  { "V2", "1700000001", "1700000001456", "POST", CREATE, CHINESE,
    "db788aec04eea9d215477e983afc7cd5ae73054c348e3191ca0af289b3eed0fb" },
  { "V3", "1700000002", "1700000002789", "GET", "/v1/subscriber/User_ABC-1/entitlement", "",
    "6df5982d2cc6d10d145964c19ff43ad022eca29394adb2c00d4f944032ee55d8" },
  { "V4", "1700000003", "1700000003000", "GET", "/v1/purchase/skus", "",
    "6006bc8881fc3a3b012d015dc9e0175930e1ad73c004535a8173ff111bc1859d" },
  { "V5 with {}", "1700000004", "1700000004000", "POST", "/v1/users/user_1", "{}",
    "b6e5293d87be3d49a3e11df2d7047ebeee9e51daadcf058c771c21f0da2b6f0f" },
  { "V5 empty", "1700000004", "1700000004000", "POST", "/v1/users/user_1", "",
    "3045a5b522c869f5436d77a41b48ef68d76e499983d3f88371a0a8903deb5a2d" },
  { "V6", "1700000005", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "POST", "/v1/stripe/paymentMethod",
    '{"appUserId":"user_1"}', "9f7fbb0f2149aedf7149b139b3d255a46b2dd9ec481ae8e3ed2625efde860cad" },
}

local function send(app, vector, changes)
  changes = changes or {}
  local headers = {
    ["x-request-appid"] = "331058835", ["x-request-platform"] = "Stripe", ["x-request-timestamp"] = vector[2],
    ["x-request-nonce"] = vector[3], ["x-request-uri"] = vector[5], authorization = "Signature " .. vector[7],
  }
  for name, value in pairs(changes.headers or {}) do headers[name] = value end
  for _, name in ipairs(changes.without or {}) do headers[name] = nil end
  return app.transport.send{ method = vector[4], url = app.base .. (changes.uri or vector[5]),
    headers = headers, body = changes.body or vector[6] }
end

local function refused(reply)
  assert.equal(401, reply.status)
  assert.equal('{"code":10000,"message":"API secret error"}', reply.body)
end

describe("the AppWheel simulator's signature check", function()
  for _, vector in ipairs(vectors) do
    it("takes the sheet's vector " .. vector[1], function()
      local input = signature.input(vector[2], vector[3], vector[4], vector[5], vector[6])
      assert.equal(vector[7], signature.make(support.SECRET, input))
      assert.equal(200, send(support.open(), vector).status)
    end)
  end

  it("writes the canonical text of V3 with its last line feed", function()
    assert.equal("1700000002\n1700000002789\nget /v1/subscriber/user_abc-1/entitlement\n",
      signature.input("1700000002", "1700000002789", "GET", "/v1/subscriber/User_ABC-1/entitlement", ""))
  end)

  it("refuses another secret", function()
    local box = require("obol.sandbox").new{ clock_ms = support.T0, appwheel = { secret = ("x"):rep(32) } }
    local reply = send({ transport = box:transport(), base = "https://sandbox.invalid/appwheel" }, vectors[1])
    refused(reply)
  end)

  it("refuses an altered body, path and nonce", function()
    local app = support.open()
    refused(send(app, vectors[1], { body = (ASCII:gsub("user_1", "user_2")) }))
    refused(send(app, vectors[3], { uri = "/v1/subscriber/user_abc-1/entitlement" }))
    refused(send(app, vectors[4], { headers = { ["x-request-nonce"] = "1700000003001" } }))
  end)

  it("refuses a request that lacks any of the six headers", function()
    for _, name in ipairs{ "x-request-appid", "x-request-platform", "x-request-timestamp", "x-request-nonce",
      "x-request-uri", "authorization" } do
      local app = support.open()
      refused(send(app, vectors[4], { without = { name } }))
      refused(send(app, vectors[4], { headers = { [name] = "" } }))
    end
  end)

  it("refuses another app, another platform, upper-case hex and a stamp that is no number", function()
    local app = support.open()
    refused(send(app, vectors[4], { headers = { ["x-request-appid"] = "331058836" } }))
    refused(send(app, vectors[4], { headers = { ["x-request-platform"] = "stripe" } }))
    refused(send(app, vectors[4], { headers = { authorization = "Signature " .. vectors[4][7]:upper() } }))
    refused(send(app, vectors[4], { headers = { authorization = "signature " .. vectors[4][7] } }))
    refused(send(app, vectors[4], { headers = { ["x-request-timestamp"] = "1700000003.0" } }))
    assert.equal(200, send(app, vectors[4]).status)
  end)

  it("takes five minutes of skew either way and no more", function()
    for _, case in ipairs{ { -300, 200 }, { 300, 200 }, { -301, 401 }, { 301, 401 } } do
      local app = support.open()
      local stamp = tostring(1700000000 + case[1]):gsub("%.0$", "")
      local reply = app.raw("GET", "/v1/purchase/skus", nil, { timestamp = stamp })
      assert.equal(case[2], reply.status)
    end
  end)

  it("leaves the clock out where the caller asks for the time", function()
    local app = support.open()
    local reply, decoded = app.raw("GET", "/v1/system/time", nil, { timestamp = "1500000000" })
    assert.equal(200, reply.status)
    assert.equal(1700000000, decoded.data.remoteTime)
  end)

  it("takes stamps of either clock after the sandbox's was moved", function()
    local app = support.open()
    app.box:advance(40 * support.DAY)
    assert.equal(200, app.raw("GET", "/v1/purchase/skus").status)
    local moved = string.format("%d", 1700000000 + 40 * 86400)
    assert.equal(200, app.raw("GET", "/v1/purchase/skus", nil, { timestamp = moved }).status)
    local between = string.format("%d", 1700000000 + 20 * 86400)
    assert.equal(401, app.raw("GET", "/v1/purchase/skus", nil, { timestamp = between }).status)
  end)

  it("refuses a request that was seen, but not another one with the same nonce", function()
    local app = support.open()
    assert.equal(200, send(app, vectors[4]).status)
    refused(send(app, vectors[4]))
    local same = { timestamp = "1700000003", nonce = "1700000003000" }
    assert.equal(200, app.raw("GET", "/v1/system/time", nil, same).status)
  end)

  it("forgets what it saw after ten minutes", function()
    local now = support.T0
    local box = require("obol.sandbox").new{ clock_ms = function() return now end,
      appwheel = { secret = support.SECRET } }
    local app = { transport = box:transport(), base = "https://sandbox.invalid/appwheel" }
    local function seen()
      local count = 0
      for _ in pairs(box.providers.appwheel.seen.keys) do count = count + 1 end
      return count
    end
    assert.equal(200, send(app, vectors[4]).status)
    now = now + 290000
    refused(send(app, vectors[4]))
    assert.equal(1, seen())
    now = now + 400000
    local stamp = "1700000690"
    local text = stamp .. "\n1\nget /v1/purchase/skus\n"
    local reply = send(app, { "", stamp, "1", "GET", "/v1/purchase/skus", "",
      crypto.hex(crypto.hmac("sha256", support.SECRET, text)) })
    assert.equal(200, reply.status)
    assert.equal(1, seen())
  end)
end)
