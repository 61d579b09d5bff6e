--- What the specs of MinCloud accounts share.

local account = require "obol.account"
local common = require "spec.account.common"
local crypto = require "obol.crypto"
local secret = require "obol.secret"

local M = {}

--- The documentation's own sample key of a webhook (protocol sheet, section 8.1).
M.KEY = "mehXaWyZXhnzsyWYeUPhWTCOgfjGgdwN"
M.TRANSACTION, M.TRADE = "MDUhtNmacdYBKokJbCXhvYuoJnHXzpeN", "4DySOWgNssfu5XsiTH9Ek2f5m9jWTwTw"

M.with, M.fixture, M.problems = common.with, common.fixtures "mincloud", common.problems

function M.config(more)
  return M.with({ provider = "mincloud", client_id = "a4d2d62965dda4d2d62965dd", token = secret "t0ken" }, more)
end

function M.account(more)
  return assert(account(M.config(more)))
end

--- A payment that every check lets through.
function M.payment(more)
  return M.with({ method = "wechat_qr", amount = "0.10", currency = "CNY", description = "深蓝色秋裤" }, more)
end

function M.base64url(bytes)
  return (crypto.base64(bytes):gsub("+", "-"):gsub("/", "_"):gsub("=", ""))
end

--- A JSON Web Token made without the code under test; `header` and `key` may be given.
function M.token(claims, header, key)
  local input = M.base64url(header or '{"alg":"HS256","typ":"JWT"}') .. "." .. M.base64url(claims)
  return input .. "." .. M.base64url(crypto.hmac("sha256", key or M.KEY, input))
end

return M
