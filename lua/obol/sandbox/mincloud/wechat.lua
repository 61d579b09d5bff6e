--- What WeChat's side of a payment gives: the signed parameters for the bridge in its browser, and the
-- record of a payment.

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"

local M = {}

local EIGHT_HOURS_S = 28800

--- The parameters that the signature covers, sorted by name.
M.signed = { "appId", "nonceStr", "package", "signType", "timeStamp" }

--- `paySign` of a table of parameters under the merchant's key: 32 upper-case hex digits.
function M.pay_sign(params, key)
  local pairs_of = {}
  for i, name in ipairs(M.signed) do pairs_of[i] = name .. "=" .. params[name] end
  return crypto.hex(crypto.digest("md5", table.concat(pairs_of, "&") .. "&key=" .. key)):upper()
end

-- `count` decimal digits from letters and digits.
local function digits(text, count)
  return (text:sub(1, count):gsub("%D", function(c) return string.format("%d", c:byte() % 10) end))
end

--- Beijing's wall clock as `os.date` formats it.
function M.beijing(ms, format)
  return os.date("!" .. format, math.floor(ms / 1000) + EIGHT_HOURS_S)
end

--- A new `prepay_id`.
function M.prepay_id(app)
  local stamp = M.beijing(app.clock:now(), "%d%H%M%S")
  return "wx" .. stamp .. digits(app.ids:next("", 8), 8)
    .. crypto.hex(crypto.digest("md5", app.ids:next(""))):sub(1, 8) .. digits(app.ids:next("", 10), 10)
end

--- The parameters for `getBrandWCPayRequest`, in the recorded order, as a list of name and value.
function M.bridge_params(app, order)
  local params = { appId = app.app_id, timeStamp = string.format("%d", math.floor(app.clock:now() / 1000)),
    nonceStr = app.ids:next("", 32), package = "prepay_id=" .. order.prepay_id, signType = "MD5" }
  params.paySign = M.pay_sign(params, app.merchant_key)
  local out = {}
  for i, name in ipairs{ "appId", "timeStamp", "nonceStr", "package", "signType", "paySign" } do
    out[i] = { name, params[name] }
  end
  return out
end

--- WeChat's record of a paid order, all texts.
function M.response(app, order, trade_type)
  local fee = string.format("%d", order.fen)
  return json.obj{ { "appid", app.app_id }, { "bank_type", "CFT" }, { "cash_fee", fee }, { "fee_type", "CNY" },
    { "is_subscribe", order.user.openid and "Y" or "N" }, { "mch_id", "1200000001" },
    { "nonce_str", app.ids:next("", 32) },
    { "openid", order.user.openid or "o" .. app.ids:named("mincloud.scanned_openid", 27) },
    { "out_trade_no", order.trade_no }, { "result_code", "SUCCESS" }, { "return_code", "SUCCESS" },
    { "sign", crypto.hex(crypto.digest("md5", app.ids:next(""))):upper() },
    { "time_end", M.beijing(order.paid_ms, "%Y%m%d%H%M%S") }, { "total_fee", fee }, { "trade_type", trade_type },
    { "transaction_id", "42000" .. digits(app.ids:next("", 23), 23) } }
end

return M
