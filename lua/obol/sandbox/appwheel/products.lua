--- The ready products and promotion codes of the AppWheel simulator.
-- A product: `id`, `name` (reference name), `currency` (lower case), `amount` (minor units),
-- `interval` and `count` (absent for one-time prices), `group` (products that exclude each other, and
-- between which a plan may change), `entitlement` (absent: attached to none), `active` (false: closed
-- for new purchases), `trial_days` (informational), `metadata` (list of pairs).

local json = require "obol.sandbox.json"
local calendar = require "obol.sandbox.calendar"

local M = {}
local obj = json.obj

local ready = {
  { id = "price_vip_monthly", name = "VIP 月度会员", currency = "usd", amount = 999, interval = "month", count = 1,
    group = "vip", entitlement = "vip", trial_days = 7, metadata = { { "标签", "最受欢迎" } } },
  { id = "price_vip_yearly", name = "VIP 年度会员", currency = "usd", amount = 9999, interval = "year", count = 1,
    group = "vip", entitlement = "vip" },
  { id = "price_atelier_weekly", name = "L’atelier, à la semaine", currency = "eur", amount = 250,
    interval = "week", count = 1, group = "atelier", entitlement = "Atelier É" },
  { id = "price_sprint_3days", name = "Sprint ⚡ 3 days", currency = "usd", amount = 100, interval = "day", count = 3,
    group = "sprint", entitlement = "sprint" },
  { id = "price_gulf_monthly", name = "باقة الخليج", currency = "kwd", amount = 1500, interval = "month", count = 1,
    group = "gulf", entitlement = "gulf" },
  { id = "price_lifetime", name = "Lifetime brushes", currency = "usd", amount = 4900, entitlement = "brushes" },
  { id = "price_tip", name = "打赏作者 É😀", currency = "usd", amount = 100, entitlement = "supporter" },
  { id = "price_gems", name = "宝石 500", currency = "jpy", amount = 500 },
  { id = "price_vip_2021", name = "VIP 2021", currency = "usd", amount = 499, interval = "month", count = 1,
    group = "vip", entitlement = "vip", active = false },
}

--- Promotion codes: `percent` taken off the first charge, or `closed`.
M.promotions = {
  WELCOME10 = { percent = 10 }, HALF = { percent = 50 }, FREEBIE = { percent = 100 }, SUMMER2021 = { closed = true },
}

--- The products to sell: a list in order, and the same by id under `by_id`.
function M.load(given)
  local list = { by_id = {} }
  for i, product in ipairs(given or ready) do
    list[i], list.by_id[product.id] = product, product
  end
  return list
end

--- The period of a product as an ISO 8601 duration, `""` for a one-time price.
function M.period(product)
  return product.interval and calendar.duration(product.interval, product.count) or ""
end

--- The period of a product for people: `per month`, `every 3 days`; `""` for a one-time price.
function M.per(product)
  if not product.interval then return "" end
  if product.count == 1 then return "per " .. product.interval end
  return string.format("every %d %ss", product.count, product.interval)
end

--- A product that may be bought: known, active, recurring or not as asked; nil and a refusal else.
function M.buyable(app, id, recurring)
  local product = app.products.by_id[id]
  if product and product.active ~= false and (product.interval ~= nil) == recurring then return product end
  return nil, { code = 205001, message = "the SKU is incomplete" }
end

local function recurring(product)
  if not product.interval then return json.null end
  return obj{ { "aggregate_usage", "" }, { "interval", product.interval }, { "interval_count", product.count },
    { "trial_period_days", product.trial_days or 0 }, { "usage_type", "licensed" } }
end

local function sku(product)
  return obj{
    { "productId", product.id }, { "referenceName", product.name },
    { "pricingInfo", obj{
      { "active", product.active ~= false }, { "billing_scheme", "per_unit" }, { "created", 1656300000 },
      { "currency", product.currency }, { "deleted", false }, { "id", product.id }, { "livemode", false },
      { "lookup_key", "" }, { "metadata", obj(product.metadata or {}) }, { "nickname", "" }, { "object", "price" },
      { "product", obj{ { "id", "prod_" .. product.id:sub(7) } } }, { "recurring", recurring(product) },
      { "tax_behavior", "unspecified" }, { "tiers", json.null }, { "tiers_mode", "" },
      { "transform_quantity", json.null }, { "type", product.interval and "recurring" or "one_time" },
      { "unit_amount", product.amount }, { "unit_amount_decimal", string.format("%d", product.amount) },
    } },
  }
end

--- `GET /v1/purchase/skus`.
function M.skus(app)
  local list = {}
  for i, product in ipairs(app.products) do list[i] = sku(product) end
  return obj{ { "skus", json.arr(list) } }
end

return M
