--- Refunds: the Node method `BaaS.refund`, which a merchant's cloud function calls, and the dashboard.

local amount = require "obol.sandbox.mincloud.amount"
local fields = require "obol.sandbox.mincloud.fields"
local json = require "obol.sandbox.json"

local M = {}

-- Why an order cannot be refunded by so much, or nil.
local function problem_of(app, order, fen)
  if order.status ~= "success" then return "the order is not paid" end
  if order.shared > 0 then return "the order's shares have to be returned first" end
  if fen < 1 or fen > order.fen - order.refunded then return "refund_amount: more than what is left, or nothing" end
  if app.options.refunds_fail then return "the channel refused the refund" end
  return nil
end

--- Refunds `fen` of an order, all that is left where nil. Answers the refund, which may have failed.
function M.make(app, order, fen, memo)
  fen = fen or order.fen - order.refunded
  local problem = problem_of(app, order, fen)
  local refund = { id = #app.refund_list + 1, refund_no = app.ids:next("", 32), order = order, fen = fen, memo = memo,
    status = problem and "failed" or "succeed", problem = problem, created_ms = app.clock:now() }
  app.refund_list[refund.id] = refund
  if problem and order.status == "success" and order.refunded == 0 and app.options.refunds_fail then
    order.refund_status = "failed"
  elseif not problem then
    order.refunded = order.refunded + fen
    order.refund_status = order.refunded == order.fen and "complete" or "partial"
    order.updated_ms = app.clock:now()
  end
  return refund
end

local rows = { { "order_id", "integer" }, { "trade_no", "string" }, { "transaction_no", "string" },
  { "refund_amount", "amount" }, { "memo", "string" } }

-- One of the three numbers is enough; where there are more, all have to be of the same order.
local function order_of(app, read)
  for _, order in ipairs(app.order_list) do
    local named, fits = false, true
    for field, value in pairs{ order_id = order.id, trade_no = order.trade_no,
      transaction_no = order.transaction_no } do
      if read[field] ~= nil then named, fits = true, fits and read[field] == value end
    end
    if named and fits then return order end
  end
  return nil
end

--- The cloud function `refund`: `data` has `order_id`, `trade_no` or `transaction_no`, and may have
-- `refund_amount` (yuan) and `memo`. nil and a text where the function itself fails.
function M.run(app, data)
  local read, refusal = fields.read(data, rows)
  if not read then return nil, refusal.text end
  local order = order_of(app, read)
  if not order then return nil, "order: not found" end
  local fen
  if read.refund_amount ~= nil then
    fen = amount.fen(read.refund_amount)
    if not fen then return nil, "refund_amount: expected yuan" end
  end
  local refund = M.make(app, order, fen, read.memo)
  return json.obj{ { "id", refund.id }, { "order_id", order.id }, { "refund_no", refund.refund_no },
    { "refund_amount", amount.yuan(refund.fen) }, { "status", refund.status }, { "memo", refund.memo or json.null },
    { "error_msg", refund.problem or json.null } }
end

--- The merchant refunds in the dashboard; `options.amount` is in fen.
function M.dashboard(app, order, options)
  local fen = options.amount
  if fen ~= nil and (type(fen) ~= "number" or fen < 1 or fen % 1 ~= 0) then
    return nil, { kind = "invalid", message = "amount: expected minor units, at most what is left" }
  end
  local refund = M.make(app, order, fen)
  if refund.problem then return nil, { kind = "invalid", message = refund.problem } end
  return { refund = refund.refund_no, amount = refund.fen, currency = "cny", of = order.trade_no }
end

return M
