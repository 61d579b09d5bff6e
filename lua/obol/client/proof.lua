--- Proving a purchase where the provider gives it no id of ours: by an order of that product which
-- the customer did not have before.

local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"

local M = {}

local INTRODUCE = "customer.create"

local function orders_of(result, product_id)
  local found = {}
  for _, entitlement in ipairs(result.entitlements or {}) do
    for _, order in ipairs(entitlement.orders or {}) do
      -- what was bought in another app was paid there
      local own = order.mismatch == nil
      if own and order.product_id == product_id then found[#found + 1] = order end
    end
  end
  return found
end

local function ask(client, account, operation, params, options)
  return exchange.ask(client, {
    account = account, operation = operation, params = params, token = options.token, deadline = options.deadline,
  })
end

-- What the customer has; a customer whom the provider does not know has nothing. Or nil and an error.
local function ask_about(client, account, operation, customer_id, options)
  local result, err = ask(client, account, operation, { customer = { id = customer_id } }, options)
  if result then return result end
  if err.kind == "not_found" then return {} end
  return nil, err
end

-- Whether the provider has said something about a customer who was to be made known. What that means of one who is
-- known already need not be documented: the purchase is refused where it could not be.
local function was_answered(err)
  if err.outcome == "not_sent" then return err.kind == "invalid" end
  return err.kind ~= "rate_limited" and (err.outcome == "rejected" or err.provider_code ~= nil)
end

-- Makes a customer known without whom no purchase can be made, unless there are orders already, where that is harmless
-- and the id is all that it takes. True, or nil and an error.
local function introduce(client, account, customer_id, result, options)
  local at, params = client.accounts[account], { customer = { id = customer_id } }
  if #(result.entitlements or {}) > 0 or not at:supports(INTRODUCE) then return true end
  local plan = at:plan(INTRODUCE, params)
  if not plan or not plan.repeat_safe then return true end
  local made, err = ask(client, account, INTRODUCE, params, options)
  if made or was_answered(err) then return true end
  return nil, err
end

--- The ids of every order of `product_id` that the customer has before the purchase: a list, or nil
-- and an error. A customer without any is made known to the provider first.
function M.baseline(client, account, plan, customer_id, product_id, options)
  local result, ok, err
  result, err = ask_about(client, account, plan.proof_with, customer_id, options)
  if not result then return nil, err end
  ok, err = introduce(client, account, customer_id, result, options)
  if not ok then return nil, err end
  local known, seen = {}, {}
  for _, order in ipairs(orders_of(result, product_id)) do
    for _, id in ipairs { order.transaction_id or "", order.provider_id or "" } do
      if id ~= "" and not seen[id] then
        seen[id] = true
        known[#known + 1] = id
      end
    end
  end
  return known
end

-- An order that was never paid is no proof; every other state of it was reached by paying.
local function was_paid(order)
  local status = order.status
  return status ~= nil and status ~= 0 and status ~= "0" and status ~= "incomplete"
end

local function is_new(order, known)
  local id = order.transaction_id
  return type(id) == "string" and id ~= "" and not known[id] and not known[order.provider_id or ""]
end

-- Whether the order is a later charge of a subscription that is recorded under another order_id; or
-- nil and an error.
local function is_of_another(client, attempt, order)
  local id = order.provider_id
  if not id or id == order.transaction_id then return false end
  local rows, err = client.ledger:list("subscriptions", { where = { provider_id = id, account = attempt.account },
    limit = 1 })
  if not rows then return nil, err end
  return rows[1] ~= nil and rows[1].order_id ~= attempt.order_id
end

-- Whether nothing else in the ledger has this order; or nil and an error.
local function is_free(client, attempt, order)
  -- The ledger takes a transaction as the proof of one order only.
  local taken, err = client.ledger:holder("proven_by", M.claim(attempt, order.transaction_id))
  if err then return nil, err end
  if taken and taken.key ~= attempt.key then return false end
  local another
  another, err = is_of_another(client, attempt, order)
  if another == nil then return nil, err end
  return not another
end

--- Looks for the order that proves `attempt`. Answers a result (outcome `succeeded` with
-- provider_id and subscription, or `accepted`, with `attached`: whether any order of the product was
-- seen at all), or nil and the error of the query.
function M.look(client, attempt, options)
  local result, err = ask_about(client, attempt.account, attempt.proof_with, attempt.customer_id, options)
  if not result then return nil, err end
  local known = {}
  for _, id in ipairs(attempt.baseline or {}) do known[id] = true end
  local orders = orders_of(result, attempt.product_id)
  for _, order in ipairs(orders) do
    if is_new(order, known) and was_paid(order) then
      local free, ledger_err = is_free(client, attempt, order)
      if free == nil then return nil, ledger_err end
      if free then
        return { outcome = "succeeded", provider_id = order.transaction_id, order = order, attached = true }
      end
    end
  end
  return { outcome = "accepted", attached = #orders > 0 }
end

--- The value of `proven_by` for a transaction.
function M.claim(attempt, transaction_id)
  return attempt.account .. "/" .. transaction_id
end

local function find_product(products, product_id)
  for _, product in ipairs(products or {}) do
    if product.id == product_id then return product end
  end
  return nil
end

-- price times quantity, by adding, so that no amount passes through a double; raises beyond what
-- money can hold
local function times(price, quantity)
  local total = price
  for _ = 2, quantity do total = total + price end
  return total
end

local function is_listed(product, order)
  if not product.price then return false end
  local ok, total = pcall(times, product.price, order.quantity)
  return ok and total == order.amount
end

--- Compares the caller's amount with the listed price, where the provider is not told the amount:
-- true, or nil and an error.
function M.check_price(client, account, order, options)
  local result, err = ask(client, account, "product.list", {}, options)
  if not result then return nil, err end
  local product = find_product(result.products, order.product_id)
  if not product then
    return nil, fault.invalid("items[1].product_id", "expected a product that the provider lists", account)
  end
  if is_listed(product, order) then return true end
  return nil, fault.invalid("amount", "expected the listed price", account)
end

--- Whether the provider charges its listed price whatever the caller's amount is.
function M.price_is_listed(plan)
  if plan.price ~= nil then return plan.price == "listed" end
  return plan.proof == "new_order" and plan.variant ~= "payment"
end

return M
