-- RuxPay's notifications: the sheet's vectors (made with openssl), hashes made with Python's hashlib.

local ruxpay = require "spec.account.ruxpay"
local secret = require "obol.secret"

local S1 = '{"code":100,"appId":1625420154047475713,"isTest":true,"uniqueId":"1669548151356891137",'
  .. '"transactionType":"Sale","transactionCurrency":"USD","transactionAmount":"8.88","transactionId":"sdk-test-0001",'
  .. '"billDescription":"*Description","transactionCardNumber":"430000******0000","transactionMessage":"Approved",'
  .. '"redirectUrl":"","message":"successful transaction","timestamp":1686886273516,'
  .. '"sign":"e793a11ad984aed4d923c153a6e153c6f119a5c7e28f28add086446a1d183c34"}'
local S2 = '{"code":111,"transactionType":"Refund","appId":1625420154047475713,"uniqueId":"1669548151356891137",'
  .. '"refundCurrency":"USD","refundAmount":"8.88","refundUniqueId":"1669548151356891201","refundMessage":"退款成功",'
  .. '"merchantRefundId":"sdk-refund-0001","message":"Refund successful","timestamp":1686886300000,'
  .. '"sign":"d52af4e9249e4e6bc07cb1655175e98cc4488dc6fe8b035fa6e3cfef6c62d0ca"}'

local big = ruxpay.account { app_id = "1625420154047475713" }
local one = ruxpay.account()

local function open(account, body)
  return account:open({ method = "POST", url = "/notify", headers = { ["content-type"] = "application/json" },
    body = body }, { time_ms = 1 })
end

local function signed(body, sign, account)
  return open(account or one, body:sub(1, -2) .. ',"sign":"' .. sign .. '"}')
end

local function refused(body, account)
  local event, err = open(account or big, body)
  assert.is_nil(event)
  assert.same({ "signature", "expected a signed notification of this account" }, { err.kind, err.message })
end

local PLAIN = '{"code":100,"appId":123456,"transactionType":"Sale","transactionId":"123456","uniqueId":"1"}'
local PLAIN_SIGN = "5876d9641e6da82a8379a18fc1f7fcee9ebe92f2193f4aef37ee13426233d090"

describe("a notification of RuxPay", function()
  it("tells of a payment", function()
    local event = assert(open(big, S1))
    assert.same({
      type = "payment.succeeded", id = "Sale/1669548151356891137/100", key = "sdk-test-0001", outcome = "succeeded",
      status = "succeeded", provider_id = "1669548151356891137", amount = ruxpay.usd "8.88", currency = "USD",
      live = false, verified_by = "signature", confirm = true, code = "100", message = "successful transaction",
      issuer_message = "Approved", descriptor = "*Description", card = { first6 = "430000", last4 = "0000" },
      time_ms = 1686886273516, app_id = "1625420154047475713",
      extra = { transactionType = "Sale", redirectUrl = "",
        sign = "e793a11ad984aed4d923c153a6e153c6f119a5c7e28f28add086446a1d183c34" },
    }, event)
  end)

  it("tells of a refund", function()
    local event = assert(open(big, S2))
    assert.same({ "refund.updated", "Refund/1669548151356891201/111", "sdk-refund-0001", "1669548151356891137",
      "1669548151356891201", "succeeded", "退款成功", "signature", true },
      { event.type, event.id, event.refund_id, event.provider_id, event.refund_provider_id, event.outcome,
        event.issuer_message, event.verified_by, event.confirm })
    assert.equal(ruxpay.usd "8.88", event.amount)
    assert.is_nil(event.key)
    assert.is_nil(event.live)
  end)

  it("tells of a refund that was made in the console", function()
    local event = assert(signed('{"code":111,"transactionType":"Refund","appId":123456,'
      .. '"uniqueId":"1669548151356891137","refundCurrency":"USD","refundAmount":"8.880",'
      .. '"refundUniqueId":"1669548151356891201","timestamp":1686886300000}',
      "d7bb92152affc01df77e325210b58bd4c14c329f12b75cab97958b0f730440df"))
    assert.same({ "refund.updated", ruxpay.usd "8.88" }, { event.type, event.amount })
    assert.is_nil(event.refund_id)
  end)

  it("tells of a chargeback, which has no code and no query", function()
    local event = assert(signed('{"appId":123456,"transactionType":"Chargeback","chargebackCurrency":"USD",'
      .. '"chargebackAmount":"8.88","uniqueId":"1669548151356891137","timestamp":1686886400000}',
      "3e499c8686254e52e03b3ffbddf2a1fe07c4bb6ebbd23d6ef99d6648a396ac42"))
    assert.same({ "dispute.opened", "Chargeback/1669548151356891137/", "1669548151356891137", ruxpay.usd "8.88" },
      { event.type, event.id, event.provider_id, event.amount })
    assert.is_nil(event.confirm)
    assert.is_nil(event.outcome)
  end)

  it("of a kind that nobody documented tells of a payment, and of a new charge by another id", function()
    local event = assert(signed('{"code":"101","appId":"123456","isTest":false,"uniqueId":"1669548151356891999",'
      .. '"transactionType":"Recurring","transactionCurrency":"USD","transactionAmount":"8.88",'
      .. '"transactionId":"123456",'
      .. '"timestamp":1686886300000}', "747538901366fe85c0714cc15b5d28ad9c7e4806a9307affb034f2ed04e28024"))
    assert.same({ "payment.failed", "Recurring/1669548151356891999/101", "declined", "123456", true },
      { event.type, event.id, event.outcome, event.key, event.live })
  end)

  it("is read with numbers as they were written, booleans as words, and nothing for null and empty text", function()
    local event = assert(signed('{"code":100,"appId":123456,"isTest":"true","uniqueId":1669548151356891137,'
      .. '"transactionType":"Sale","transactionCurrency":"USD","transactionAmount":8.880,"transactionId":"123456",'
      .. '"factor":1.50e2,"none":null,"empty":"","yes":true,"timestamp":1686886300000}',
      "d45e2edbc3517bff95cd999eca3408dbbf3cc569715cb34c5ba893b6a9a81c0e"))
    assert.same({ "1669548151356891137", ruxpay.usd "8.88", false }, { event.provider_id, event.amount, event.live })
  end)

  it("is read with containers as they were written, and text as it is meant", function()
    assert(signed('{"code":100,"appId":123456,"transactionType":"Sale","transactionId":"123456","uniqueId":"1",'
      .. '"list":[1, 2 ],"map":{"b":1,"a":"x"}}', "61d200a9eb1e2932c630a619f379a71771f5ed122819d0970511edc847eb62de"))
    assert(signed('{"code":100,"appId":123456,"transactionType":"Sale","transactionId":"a\\u0062\\/c\\u706f",'
      .. '"uniqueId":"1"}',
      "4080fe0dac15b6ac63e8263d1eaea77eb63a3e168535d4d969bbbb4c9b7f6d82"))
  end)

  it("may write its signature in upper case, and be signed with any key of several", function()
    assert(signed(PLAIN, PLAIN_SIGN:upper()))
    local other = "d2a1887a60910655acde8b034db36ea8adafc505d78ce861aa78af8103eeeea0" -- by the key k2
    refused(PLAIN:sub(1, -2) .. ',"sign":"' .. other .. '"}', one)
    for _, keys in ipairs { { secret(ruxpay.KEY), secret "k2" }, { secret "k2", secret(ruxpay.KEY) } } do
      local both = ruxpay.account { secret_key = keys }
      assert(signed(PLAIN, other, both))
      assert(signed(PLAIN, PLAIN_SIGN, both))
    end
  end)

  it("has to be of this app, and to say which it is of", function()
    local event,
      err = signed('{"code":100,"appId":123457,"transactionType":"Sale","transactionId":"123456","uniqueId":"1"}',
      "21406b5b9aa19a96024e2202b7f490e2d3ba8ffd6eb8978db5f0032e65bbc771")
    assert.is_nil(event)
    assert.equal("signature", err.kind)
    event, err = signed('{"code":100,"transactionType":"Sale","transactionId":"123456","uniqueId":"1"}',
      "17163220d4e5b0b09354f212aeb38c746491627f486db81fac5ebf7efa76dcd1")
    assert.is_nil(event)
    assert.truthy(err)
    assert.equal("signature", select(2, open(one, S1)).kind)
  end)

  it("that is proven and tells of no payment is none", function()
    local event, err = signed('{"code":100,"appId":123456,"transactionType":"Sale","uniqueId":"1"}',
      "116e14d4058349e796d50b45e3aedbfb7b05c405bccada081b9e52a112bc0773")
    assert.is_nil(event)
    assert.equal("provider", err.kind)
  end)

  -- Names are not signed (sheet 12.11): another name changes what is told only as far as the query,
  -- which is asked before it is believed, lets it.
  -- two of them would have one name, and the second would pass for the first come again
  it("without the id that tells it from others is none", function()
    for body, sign in pairs {
      ['{"code":100,"appId":123456,"transactionType":"Sale","transactionId":"123456","uniqueId":""}'] =
        "39a3e21ae9d1f9ec98a6b4f37661f2670b885a148fbc710eed9f28d4c186b713",
      ['{"code":111,"appId":123456,"transactionType":"Refund","merchantRefundId":"R-1","uniqueId":"1"}'] =
        "d18db01518520c03acdf6454f88dcca8208e31dd9729afeee819210c29945ee1",
      ['{"appId":123456,"transactionType":"Chargeback"}'] =
        "7c8d7f17ebc35ba389dcb19d65f85fd01f32702e452f625ac53b7c6fe93dbcf1",
    } do
      local event, err = signed(body, sign)
      assert.is_nil(event)
      assert.equal("provider", err.kind)
    end
  end)

  it("is refused by one answer, with any byte altered but those of names", function()
    for _, body in ipairs { S1, S2 } do
      local named = {}
      for from, to in body:gmatch '()"%w+"():' do
        for at = from, to - 1 do named[at] = true end
      end
      for at = 1, #body do
        local byte = body:byte(at)
        byte = byte % 2 == 0 and byte + 1 or byte - 1
        if not named[at] then refused(body:sub(1, at - 1) .. string.char(byte) .. body:sub(at + 1)) end
      end
    end
  end)

  it("whose values were shifted is confirmed before it is believed", function()
    local event = assert(signed('{"code":10,"d":"0","appId":123456,"transactionType":"Sale","transactionId":"123456",'
      .. '"uniqueId":"1"}', PLAIN_SIGN))
    assert.same({ "payment.updated", "unknown", true }, { event.type, event.outcome, event.confirm })
  end)

  it("is refused by one answer, whatever came", function()
    local noise = {}
    for i = 1, 4096 do noise[i] = string.char(i * i * 31 % 256) end
    for _, body in ipairs { "", "{", "x", "[]", "{}", "null", '"sign"', '{"sign":""}', '{"sign":null}', '{"sign":1}',
      '{"sign":"' .. ("0"):rep(64) .. '"}', '{"sign":"' .. ("0"):rep(63) .. '"}', S1:sub(1, -2), S1 .. S1,
        "\239\187\191" .. S1,
      (S1:gsub('"sign"', '"sign":"x","sign"')), (S1:gsub('{"code":100', '{"code":101,"code":100')),
      (S1:gsub('"8.88"', '"88.8"')), (S1:gsub("713", "712")), (S1:gsub("e793a11a", "e793a11b")),
      table.concat(noise), ("x"):rep(64 * 1024 + 1), "[" .. ("["):rep(70000) } do
      refused(body)
    end
  end)

  it("is refused where the account has no key", function()
    refused(S1, ruxpay.account { app_id = "1625420154047475713", auth = { mode = "none" }, secret_key = false })
  end)

  it("comes again under the same name, and need not be confirmed where that is switched off", function()
    local calm = ruxpay.account { confirm = false }
    local told = PLAIN:sub(1, -2) .. ',"transactionAmount":"8.88","transactionCurrency":"USD"}'
    local sign = "e9ebf792502f06910d9fe0b83e31cbb0b9df95d6e4421a70b45a9a8bd951f6d5"
    local first, second = assert(signed(told, sign, calm)), assert(signed(told, sign, calm))
    assert.equal(first.id, second.id)
    assert.is_nil(first.confirm)
  end)

  it("whose amount nobody can compare is confirmed even where that is switched off", function()
    local calm = ruxpay.account { confirm = false }
    for currency, sign in pairs { XYZ = "c9514305202f55c5714f443d886a77b101e547dcb80251b9552d41cb3bd98a9a",
      USD = "e9ebf792502f06910d9fe0b83e31cbb0b9df95d6e4421a70b45a9a8bd951f6d5" } do
      local event = assert(signed(PLAIN:sub(1, -2) .. ',"transactionAmount":"8.88","transactionCurrency":"' .. currency
        .. '"}', sign, calm))
      assert.equal(currency == "XYZ" or nil, event.confirm)
      assert.equal(currency == "USD" and ruxpay.usd "8.88" or nil, event.amount)
    end
    -- nor one that is not told, or whose currency is not
    for body, sign in pairs { [PLAIN] = PLAIN_SIGN,
      [PLAIN:sub(1, -2) .. ',"transactionAmount":"8.88"}'] =
        "2cdd9d0f234bbbf9bd6e728baf126a15228213d9c2ea887fc02cb86b630b9f99",
      ['{"code":111,"appId":123456,"transactionType":"Refund","uniqueId":"1","refundUniqueId":"2"}'] =
        "58cbb329432d52ef40380725c876b53a7ffad7cea79562c672bbcce712835b25" } do
      local event = assert(signed(body, sign, calm))
      assert.same({ true, nil }, { event.confirm, event.amount }, body)
    end
  end)

  it("is acknowledged by the status alone", function()
    for word, status in pairs { accepted = 200, later = 503, refused = 401 } do
      assert.equal(status, one:acknowledge(word).status)
    end
  end)
end)
