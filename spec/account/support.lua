--- What the specs of accounts share.

local account = require "obol.account"
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
  local params = {
    customer = { id = "user_1" }, item = { product_id = "price_1" },
    return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no",
  }
  for name, value in pairs(more or {}) do
    params[name] = value
    if value == false then params[name] = nil end
  end
  return params
end

function M.one_off(more)
  local params = M.purchase { amount = "10.00", currency = "USD", description = "tea lights" }
  for name, value in pairs(more or {}) do
    params[name] = value
    if value == false then params[name] = nil end
  end
  return params
end

--- The text of a fixture.
function M.fixture(name)
  local file = assert(io.open("spec/fixtures/appwheel/" .. name, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

--- The problems of an error as { [field] = message }.
function M.problems(err)
  local found = {}
  for _, problem in ipairs(err.fields or {}) do found[problem.field] = problem.message end
  return found
end

return M
