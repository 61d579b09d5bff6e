--- Which orders unlock what, and the history of a product.

local json = require "obol.sandbox.json"
local products = require "obol.sandbox.appwheel.products"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"

local M = {}

local function digits(value) return string.format("%d", value) end

local function order_of_subscription(subscription)
  local ends = subscription.period_end_ms
  if subscription.ended_ms and subscription.ended_ms < ends then ends = subscription.ended_ms end
  return { id = subscription.id, transaction = subscription.transaction, product = subscription.product,
    start_ms = subscription.created_ms, purchase_ms = subscription.purchase_ms, end_ms = ends,
    grace_end_ms = subscription.grace_end_ms, auto_renew = subscription.auto_renew and subscription.status ~= 2,
    trial = subscription.trial, status = subscription.status, kind = 2 }
end

local function order_of_sale(sale)
  return { id = sale.id, transaction = sale.id, product = sale.product, start_ms = sale.created_ms,
    purchase_ms = sale.created_ms, end_ms = sale.ended_ms or 0, grace_end_ms = 0, auto_renew = false,
    trial = false, status = sale.status, kind = 1 }
end

local rank = { [1] = 1, [3] = 2 }

-- A one-time product in use has no end, which is later than any.
local function end_of(order)
  if order.status == 3 then return order.grace_end_ms end
  return order.end_ms == 0 and math.huge or order.end_ms
end

local function comes_first(a, b)
  local rank_a, rank_b = rank[a.status] or 3, rank[b.status] or 3
  if rank_a ~= rank_b then return rank_a < rank_b end
  if end_of(a) ~= end_of(b) then return end_of(a) > end_of(b) end
  if a.purchase_ms ~= b.purchase_ms then return a.purchase_ms > b.purchase_ms end
  return a.sequence > b.sequence
end

-- The orders of each entitlement, the first in precedence first.
local function gather(user)
  local names, by_name, sequence = {}, {}, 0
  local function add(order)
    local name = order.product.entitlement
    if not name then return end
    sequence = sequence + 1
    order.sequence = sequence
    if not by_name[name] then
      by_name[name] = {}
      names[#names + 1] = name
    end
    table.insert(by_name[name], order)
  end
  for _, subscription in ipairs(user.subscriptions) do add(order_of_subscription(subscription)) end
  for _, sale in ipairs(user.sales) do add(order_of_sale(sale)) end
  table.sort(names)
  for _, name in ipairs(names) do table.sort(by_name[name], comes_first) end
  return names, by_name
end

local function written(app, order)
  return json.obj{
    { "productPeriod", products.period(order.product) }, { "appId", tonumber(app.app_id) },
    { "platform", app.platform }, { "productId", order.product.id }, { "isAutoRenew", order.auto_renew },
    { "productType", order.kind }, { "originalTransactionId", order.id }, { "transactionId", order.transaction },
    { "originalPurchaseDateMs", digits(order.start_ms) }, { "expiresDateMs", digits(order.end_ms) },
    { "gracePeriodExpiresDateMs", digits(order.grace_end_ms) }, { "purchaseDateMs", digits(order.purchase_ms) },
    { "isTrialPeriod", order.trial }, { "status", order.status },
  }
end

-- One entitlement of the orders that `keep` lets through, or nil. One order a product where `single`.
local function entitlement(app, orders, keep, single)
  local rows, first, products_seen = {}, nil, {}
  for _, order in ipairs(orders) do
    local repeated = single and products_seen[order.product.id]
    if keep(order) and not repeated then
      products_seen[order.product.id] = true
      first = first or order
      rows[#rows + 1] = written(app, order)
    end
  end
  if not first then return nil end
  return json.obj{ { "originalPurchaseDateMs", digits(first.start_ms) }, { "expiresDateMs", digits(first.end_ms) },
    { "gracePeriodExpiresDateMs", digits(first.grace_end_ms) }, { "orders", json.arr(rows) } }
end

--- `GET /v1/subscriber/{appUserId}/entitlement`.
function M.get(app, _, params)
  local user = app.users[params[1]]
  if not user then return nil, { code = 205004, message = "initialise the user first" } end
  local names, by_name = gather(user)
  local valid, invalid = {}, {}
  local function is_valid(order) return rank[order.status] ~= nil end
  local function is_invalid(order) return not is_valid(order) end
  for _, name in ipairs(names) do
    local held = entitlement(app, by_name[name], is_valid, true)
    if held then valid[#valid + 1] = { name, held } end
    local past = entitlement(app, by_name[name], is_invalid, false)
    if past then invalid[#invalid + 1] = { name, past } end
  end
  return json.obj{ { "entitlement", json.obj(valid) }, { "invalidEntitlement", json.obj(invalid) } }
end

local function flag(value) return value and 1 or 0 end

--- `GET /v1/subscriber/{appUserId}/product/{productId}/history`.
function M.history(app, _, params)
  local user = app.users[params[1]]
  if not user then return nil, { code = 205004, message = "initialise the user first" } end
  local id = params[2]
  if not app.products.by_id[id] then return nil, { code = 205001, message = "the SKU is incomplete" } end
  local in_grace, renews = false, false
  for _, subscription in ipairs(user.subscriptions) do
    if subscription.product.id == id and subscriptions.is_live(subscription) then
      in_grace = in_grace or subscription.status == 3
      renews = renews or subscription.auto_renew
    end
  end
  return json.obj{ { "productId", id }, { "hasTrialed", flag(user.trialed[id]) }, { "hasPaid", flag(user.paid[id]) },
    { "inGracePeriod", flag(in_grace) }, { "autoRenewStatus", flag(renews) } }
end

return M
