--- What the specs of RuxPay share.

local account = require "obol.account"
local common = require "spec.account.common"
local money = require "obol.money"
local secret = require "obol.secret"

local M = {}

M.KEY = "TEST-ONLY-secret-key-0001" -- of the sheet's vectors
M.TIME = 1686886273516

--- `more` replaces members of the configuration; false takes one out.
function M.config(more)
  local config = {
    provider = "ruxpay", base_url = "https://domain", app_id = "123456", merchant_no = "100001",
    secret_key = secret(M.KEY),
  }
  for name, value in pairs(more or {}) do
    config[name] = value
    if value == false and name ~= "confirm" then config[name] = nil end
  end
  return config
end

function M.account(more)
  return assert(account(M.config(more)))
end

--- The payment that the published subscription holds, in uniform words.
function M.payment(more)
  return common.with({
    order_id = "A-1001", amount = "8.88", currency = "USD", customer = { ip = "127.0.0.1" },
    return_url = "https://domain/callback", notify_url = "https://domain/notification",
    items = { { name = "tea lights", price = "8.88", sku = "123-456-789", quantity = 1,
      url = "https://domain/123-456-789" } },
    card = { number = secret "4200000000000000", exp_year = 2023, exp_month = 12, holder = "san zhang",
      cvv = secret "012" },
    billing = { country = "CA" },
  }, more)
end

-- Members that M.payment takes, where false has to stay.
local function extended(members, more)
  for name, value in pairs(more or {}) do members[name] = value end
  return members
end

function M.subscription(more)
  return M.payment(extended({ interval = "P1W", cycles = 3 }, more))
end

function M.checkout(more)
  return M.payment(extended({ method = "checkout", card = false }, more))
end

function M.encode(one, operation, params)
  return one:encode(operation, params, { time_ms = M.TIME, key = "123456" })
end

--- Its body, which is a secret where a card is in it.
function M.body(one, operation, params)
  local body = assert(M.encode(one, operation, params)).body
  return type(body) == "string" and body or body:reveal()
end

M.fixture, M.problems = common.fixtures "ruxpay", common.problems

M.usd = function(text) return money(text, "USD") end

return M
