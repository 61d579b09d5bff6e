--- Queries: one transaction by the platform's id, and lists of transactions and of refunds.

local calendar = require "obol.sandbox.calendar"
local json = require "obol.sandbox.json"
local payments = require "obol.sandbox.ruxpay.payments"
local refunds = require "obol.sandbox.ruxpay.refunds"
local text = require "obol.sandbox.text"

local M = {}

local ZONE_MS = 8 * 3600000

local function refuse(code, message) return nil, { code = code, message = message } end

--- `GET /search/order/{uniqueId}`: the transaction's own code.
function M.order(app, unique_id)
  local payment = app.by_unique[unique_id]
  if not payment or payment.shop ~= app.caller then return refuse(122, "Search failed: no such transaction") end
  return payments.tree(app, payment)
end

-- Query parameters by name; a blank is written %20, a plus is a plus.
local function parameters(query)
  local out = {}
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    value = text.unpercent(value)
    if not value or not text.utf8_length(value) then return nil, name .. ": expected percent-encoded UTF-8" end
    if value ~= "" then out[name] = value end
  end
  return out
end

local function date(given, name)
  if not given[name] then return nil, name .. ": missing" end
  local ms, is_day = calendar.read(given[name])
  if not ms then return nil, name .. ": expected a date, or a date and time" end
  return ms, is_day
end

-- From and to in ms, of dates at UTC+8; the last day counts whole.
local function window(given)
  local from, problem = date(given, "startDate")
  if not from then return refuse(500, problem) end
  local to, is_day = date(given, "endingDate")
  if not to then return refuse(500, is_day) end
  if to < from then return refuse(500, "endingDate: expected no earlier than startDate") end
  if to > calendar.add(from, "month", 1, 1) then return refuse(122, "the time range must not exceed one month") end
  return { from = from - ZONE_MS, to = to - ZONE_MS + (is_day and calendar.DAY - 1 or 0) }
end

local function number(given, name, digits, preset)
  if not given[name] then return preset end
  if not given[name]:find("^[1-9]%d*$") or #given[name] > digits then return nil end
  return tonumber(given[name])
end

local function paged(app, given, found, write)
  local page, size = number(given, "currPage", 9, 1), number(given, "pageSize", 3, 10)
  if not page then return refuse(500, "currPage: expected a number from 1 on") end
  if not size then return refuse(500, "pageSize: expected a number from 1 to 999") end
  local items = {}
  for i = (page - 1) * size + 1, math.min(page * size, #found) do items[#items + 1] = write(app, found[i], true) end
  return json.obj{ { "code", 121 }, { "message", "Search success" }, { "timestamp", app:now() },
    { "currPage", page }, { "totalCount", #found }, { "totalPage", math.ceil(#found / size) }, { "pageSize", size },
    { "data", json.arr(items) } }
end

-- Newest first: those of `things(given)`, among which all that can fit are, that fit every condition given.
local function list(app, query, things, values, write)
  local given, problem = parameters(query)
  if not given then return refuse(500, problem) end
  local span, refusal = window(given)
  if not span then return nil, refusal end
  local all, found = things(given), {}
  for i = #all, 1, -1 do
    local thing = all[i]
    local fits = thing.at_ms >= span.from and thing.at_ms <= span.to and (thing.of or thing).shop == app.caller
    for name, value in pairs(values) do
      if given[name] and given[name] ~= value(thing) then fits = false end
    end
    if fits then found[#found + 1] = thing end
  end
  return paged(app, given, found, write)
end

local of_payment = {
  uniqueId = function(payment) return payment.unique_id end,
  orderId = function(payment) return payment.order_id end,
  transactionId = function(payment) return payment.transaction_id end,
}

-- A merchant with many transactions asks for one of them: only where no id is given all are looked through.
local function payments_for(app)
  return function(given)
    if given.uniqueId then return { app.by_unique[given.uniqueId] } end
    if given.transactionId then return app.by_transaction[given.transactionId] or {} end
    if given.orderId then return app.orders[given.orderId] or {} end
    return app.payments
  end
end

--- `GET /search/list/order`.
function M.orders(app, query) return list(app, query, payments_for(app), of_payment, payments.tree) end

local of_refund = {
  uniqueId = function(refund) return refund.of.unique_id end,
  transactionId = function(refund) return refund.of.transaction_id end,
  refundTransactionId = function(refund) return refund.refund_id end,
  refundUniqueId = function(refund) return refund.unique_id end,
}

local function refunds_for(app)
  return function(given)
    if given.refundTransactionId then return { app.by_refund[given.refundTransactionId] } end
    if given.refundUniqueId then return { app.by_refund_unique[given.refundUniqueId] } end
    return app.refunds
  end
end

--- `GET /search/list/refund`.
function M.refunds(app, query) return list(app, query, refunds_for(app), of_refund, refunds.tree) end

return M
