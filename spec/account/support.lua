--- What the specs of accounts share.

local account = require "obol.account"
local common = require "spec.account.common"
local secret = require "obol.secret"

local M = {}

--- The credentials of the protocol sheet's vectors (section 4.2).
function M.config(more)
  local config = {
    provider = "appwheel", app_id = "331058835", platform = "Stripe",
    secret = secret "k3yForDocsOnly0123456789ABCDEFgh",
  }
  for name, value in pairs(more or {}) do config[name] = value end
  return config
end

function M.account(more)
  return assert(account(M.config(more)))
end

--- A purchase that every check lets through; `more` replaces members (false takes one out).
function M.purchase(more)
  return common.with({
    customer = { id = "user_1" }, item = { product_id = "price_1" },
    return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no",
  }, more)
end

function M.one_off(more)
  return common.with(M.purchase { amount = "10.00", currency = "USD", description = "tea lights" }, more)
end

M.fixture, M.problems = common.fixtures "appwheel", common.problems

return M
