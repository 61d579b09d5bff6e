local crypto = require "obol.crypto"
local json = require "obol.json"
local secret = require "obol.secret"
local support = require "spec.account.fourmetas_support"
local vectors = require "spec.sandbox.fourmetas_vectors"

local function spoilt(param, at)
  local bytes = crypto.unbase64(param)
  local byte = bytes:byte(at + 1)
  byte = byte % 2 == 0 and byte + 1 or byte - 1
  return crypto.base64(bytes:sub(1, at) .. string.char(byte) .. bytes:sub(at + 2))
end

local function open(account, param)
  return account:open(support.callback(param), { time_ms = 1700000000000 })
end

describe("a 4metas callback", function()
  local sealed, signed = support.account(), support.recovering()
  local cleartext = json.decode(crypto.unbase64(vectors.P1))

  it("opens with the merchant's private key, and proves nobody", function()
    for name, param in pairs { A1 = vectors.A1, A2 = vectors.A2 } do
      local event = assert(open(sealed, param), name)
      assert.equal("payment.succeeded", event.type)
      assert.equal("succeeded", event.outcome)
      assert.equal("1738513709476610049", event.provider_id)
      assert.equal("167123123123", event.customer_id)
      assert.equal("1", event.product_id)
      assert.equal("3.44", event.amount:format())
      assert.equal("USD", event.amount:currency())
      assert.is_nil(event.verified_by)
      assert.is_true(event.confirm)
      assert.equal("1738513709476610049/1", event.id)
    end
    assert.equal(cleartext.extra, open(sealed, vectors.A1).extra_text)
  end)

  it("opens with the platform's public key, and proves the platform", function()
    for _, param in ipairs { vectors.B1, vectors.B2 } do
      local event = assert(open(signed, param))
      assert.equal("signature", event.verified_by)
      assert.is_true(event.confirm)
    end
    local trusting = support.account({ mode = "private_encrypt", key = secret(support.pair.public) },
      { confirm = false })
    assert.is_nil(open(trusting, vectors.B1).confirm)
    local careful = support.account(nil, { confirm = false })
    assert.is_true(open(careful, vectors.A1).confirm)
  end)

  it("opens with any of two keys", function()
    local both = support.account{ key = { secret(support.stranger.private), secret(support.pair.private) } }
    assert.truthy(open(both, vectors.A1))
    local swapped = support.account{ key = { secret(support.pair.private), secret(support.stranger.private) } }
    assert.same(open(both, vectors.A1), open(swapped, vectors.A1))
  end)

  it("is read through the damage of its transport", function()
    local lines = vectors.A1:gsub(("."):rep(76), "%0\\r\\n")
    for name, param in pairs {
      lines = lines, blanks = vectors.A1:gsub("%+", " "), unpadded = vectors.A1:gsub("=", ""),
      url_safe = vectors.A1:gsub("%+", "-"):gsub("/", "_"),
    } do
      assert.truthy(open(sealed, param), name)
    end
  end)

  it("comes as a form or in the address too, unless that is switched off", function()
    local text = vectors.A1:gsub("[+/=]", function(c) return ("%%%02X"):format(c:byte()) end)
    local form = { method = "POST", url = "https://shop.example/n", body = "a=b&param=" .. text, headers = {} }
    local query = { method = "GET", url = "https://shop.example/n?param=" .. text, body = "", headers = {} }
    local strict = support.account{ key = secret(support.pair.private), from = "json" }
    for _, incoming in ipairs { form, query } do
      assert.truthy(sealed:open(incoming, { time_ms = 1 }))
      assert.is_nil((strict:open(incoming, { time_ms = 1 })))
    end
  end)

  it("comes in hex, with OAEP and under another name where that is configured", function()
    local hex = support.account{ key = secret(support.pair.private), encoding = "hex", param_name = "data" }
    local body = '{"data":"' .. crypto.hex(crypto.unbase64(vectors.A1)) .. '"}'
    assert.truthy(hex:open({ method = "POST", url = "/", body = body, headers = {} }, { time_ms = 1 }))
    local oaep = support.account{ key = secret(support.pair.private), padding = "oaep_sha1" }
    local public = assert(crypto.key(support.pair.public))
    local param = crypto.base64(assert(public:encrypt(crypto.unbase64(vectors.P1), "oaep-sha1")))
    assert.truthy(open(oaep, param))
    assert.is_nil((open(oaep, vectors.A1)))
    assert.is_nil((open(sealed, param)))
  end)

  it("takes its own parts out of extra", function()
    local text = '{"gameId":22,"rechargeAmount":3.44,"orderId":5,"extra":"k1|A%7C1%25|a|b%41","goodId":1,' ..
      '"userId":7,"status":1}'
    local event = assert(open(sealed, support.seal(text)))
    assert.same({ "k1", "A|1%", "a|b%41" }, { event.key, event.order_id, event.echo })
    for extra, key in pairs { ["extra"] = false, ["k|"] = false, ["k|A-1"] = false, ["k||"] = "k", ["||"] = false,
      [""] = false } do
      event = assert(open(sealed, support.seal((text:gsub('"k1|.-"', '"' .. extra .. '"')))))
      assert.same({ key or nil, extra }, { event.key, event.extra_text })
      assert.is_nil(event.order_id)
    end
    -- that nothing came back is told as well
    event = assert(open(sealed, support.seal((text:gsub('"extra":".-",', '')))))
    assert.same({ nil, "" }, { event.key, event.extra_text })
    event = assert(open(sealed, support.seal((text:gsub('"extra":".-"', '"extra":null')))))
    assert.same({ nil, "" }, { event.key, event.extra_text })
  end)

  it("is not asked for with a key that could not be taken out again", function()
    for key, expected in pairs { ["k|1"] = "key: expected text without |", ["|"] = "key: expected text without |" } do
      local request, err = sealed:encode("payment.create", support.order(), { key = key, time_ms = 1 })
      assert.is_nil(request)
      assert.equal(expected, err.field .. ": " .. err.message)
    end
  end)

  it("is the page's own sample", function()
    local event = assert(open(sealed, support.seal(support.fixture "callback.json")))
    assert.equal("1738513709476610049", event.provider_id)
    assert.equal("extra", event.extra_text)
  end)

  it("joined from the blocks of two speaks of neither's record", function()
    local event = assert(open(signed, vectors.SP))
    -- the record of this order says 167123999999
    assert.same({ "1738513709476610050", "167123123123" }, { event.provider_id, event.customer_id })
  end)

  it("of another state releases nothing", function()
    local text = crypto.unbase64(vectors.P1):gsub('"status":1}', '"status":2}')
    local event = assert(open(sealed, support.seal(text)))
    assert.same({ "payment.updated", "unknown" }, { event.type, event.outcome })
  end)

  it("of another game is refused", function()
    local account = support.account(nil, { game_id = 23 })
    local event, err = open(account, vectors.A1)
    assert.is_nil(event)
    assert.equal("signature", err.kind)
  end)

  local refused = {
    ["A1 with a byte of the second block changed"] = { sealed, spoilt(vectors.A1, 300) },
    ["A1 with a byte of the first block changed"] = { sealed, spoilt(vectors.A1, 10) },
    ["B1 with a byte of the second block changed"] = { signed, spoilt(vectors.B1, 300) },
    ["A1 read as if the platform had sealed it with its own key"] = { signed, vectors.A1 },
    ["B1 read as if it were sealed for the merchant"] = { sealed, vectors.B1 },
    ["B1 without its last four characters"] = { signed, vectors.B1:sub(1, -5) },
    ["A1 cut at the border of a block"] = { sealed, crypto.base64(crypto.unbase64(vectors.A1):sub(1, 256)) },
    ["B1 cut at the border of a block"] = { signed, crypto.base64(crypto.unbase64(vectors.B1):sub(1, 256)) },
    ["A1 twice"] = { sealed, crypto.base64(crypto.unbase64(vectors.A1):rep(2)) },
    ["a stranger's key"] = { support.account{ key = secret(support.stranger.private) }, vectors.A1 },
    ["no key"] = { support.account{}, vectors.A1 },
    ["nothing"] = { sealed, "" },
    ["garbage in base64"] = { sealed, crypto.base64(("x"):rep(512)) },
    ["zeros"] = { sealed, crypto.base64(("\0"):rep(256)) },
    ["more than 64 KiB"] = { sealed, crypto.base64(("x"):rep(65792)) },
    ["a broken alphabet"] = { sealed, "!" .. vectors.A1:sub(2) },
  }
  for name, case in pairs(refused) do
    it("is refused: " .. name, function()
      local event, err = open(case[1], case[2])
      assert.is_nil(event)
      assert.equal("signature", err.kind)
      assert.equal("expected a sealed notification of this account", err.message)
    end)
  end

  local members = { gameId = "22", rechargeAmount = "3.44", orderId = "5", extra = '"k|o|"', goodId = "1",
    userId = "7", status = "1" }
  local function text_with(change, tail)
    local parts = {}
    for name, value in pairs(members) do
      if change[name] ~= false then parts[#parts + 1] = ('"%s":%s'):format(name, change[name] or value) end
    end
    return "{" .. table.concat(parts, ",") .. (change.more or "") .. "}" .. (tail or "")
  end
  for name, case in pairs {
    ["without an order"] = text_with{ orderId = false }, ["without a player"] = text_with{ userId = false },
    ["without a state"] = text_with{ status = false }, ["with an order in quotes"] = text_with{ orderId = '"5"' },
    ["with an amount in quotes"] = text_with{ rechargeAmount = '"3.44"' },
    ["with an order beyond int64"] = text_with{ orderId = "9223372036854775808" },
    ["with an extra that is no text"] = text_with{ extra = "7" },
    ["with a name twice"] = text_with{ more = ',"status":1' },
    ["with text behind it"] = text_with({}, "x"), ["that is a list"] = "[1]", ["that is no UTF-8"] = "{\"\xff\":1}",
  } do
    it("is refused: sealed " .. name, function()
      assert.truthy(open(sealed, support.seal(text_with{})))
      local event, err = open(sealed, support.seal(case))
      assert.is_nil(event)
      assert.equal("expected a sealed notification of this account", err.message)
    end)
  end

  it("is refused: a body that is none", function()
    for _, body in ipairs { "", "x", "{}", "[]", '{"param":7}', '{"param":null}', ("a"):rep(65537), "\0\1\2\255" } do
      local event, err = sealed:open({ method = "POST", url = "https://shop.example/n", body = body, headers = {} },
        { time_ms = 1 })
      assert.is_nil(event)
      assert.equal("expected a sealed notification of this account", err.message)
    end
  end)

  it("has blocks that hold the same, whatever that is", function()
    local public = assert(crypto.key(support.pair.public))
    local text = crypto.unbase64(vectors.P1)
    local function in_segments(...)
      local parts, from = {}, 1
      for _, size in ipairs { ... } do
        parts[#parts + 1] = assert(public:encrypt(text:sub(from, from + size - 1), "pkcs1"))
        from = from + size
      end
      return crypto.base64(table.concat(parts))
    end
    -- 117 is what helpers for 1024-bit keys cut at, whatever the key
    assert.truthy(open(sealed, in_segments(117, 117, 90)))
    assert.truthy(open(sealed, in_segments(108, 108, 108)))
    assert.is_nil((open(sealed, in_segments(117, 90, 117))))
    assert.is_nil((open(sealed, in_segments(90, 117, 117))))
    assert.is_nil((open(sealed, in_segments(117, 117, 90, 0))))
    -- the longest `extra`, were each of its bytes escaped, cut in the smallest blocks
    local sizes, long = {}, 6 * 1024 + 400
    text = text .. (" "):rep(long - #text)
    for from = 1, long, 117 do sizes[#sizes + 1] = math.min(117, long - from + 1) end
    assert.truthy(open(sealed, in_segments((table.unpack or unpack)(sizes))))
    text = crypto.unbase64(vectors.P1)
    -- each costs a private operation before anybody knows who sent it
    local function cut_at(size)
      sizes = {}
      for from = 1, #text, size do sizes[#sizes + 1] = math.min(size, #text - from + 1) end
      return #sizes, in_segments((table.unpack or unpack)(sizes))
    end
    for size = 1, 10 do
      local count, param = cut_at(size)
      local opened = (open(sealed, param))
      if count > 64 then assert.is_nil(opened) else assert.truthy(opened) end
    end
  end)

  it("is answered as the platform answers, or as configured", function()
    local accepted = sealed:acknowledge "accepted"
    assert.same({ status = 200, body = '{"status":1,"msg":"success"}',
      headers = { ["content-type"] = "application/json; charset=utf-8" } }, accepted)
    assert.equal(400, sealed:acknowledge("refused").status)
    assert.equal(503, sealed:acknowledge("later").status)
    local other = support.account(nil, { acknowledge = { status = 201, body = "success" } })
    assert.same({ 201, "success" }, { other:acknowledge("accepted").status, other:acknowledge("accepted").body })
    assert.equal(400, other:acknowledge("refused").status)
  end)
end)
