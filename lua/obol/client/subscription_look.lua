--- Asking about a subscription: about its first charge while that is open, about an open change, and
-- about the subscription itself.

local change = require "obol.client.change"
local fault = require "obol.client.fault"
local notice = require "obol.client.notice"
local renewal = require "obol.client.renewal"
local resolve = require "obol.client.resolve"

local M = {}

--- The recorded subscription, or nil and an error.
function M.find(client, order_id)
  local row, err = client.ledger:subscription(order_id)
  if row then return row end
  return nil, err or fault.missing("no subscription has this order_id")
end

--- Asks once and records what is known now: the row and the error to show, or nil and an error.
function M.run(client, row, limits)
  local payment, err = client.ledger:payment(row.order_id)
  if err then return nil, err end
  if payment and payment.status ~= "succeeded" then
    local asked, resolve_err = resolve.run(client, payment, limits)
    if notice.take_up(client, asked).status ~= asked.status then resolve_err = nil end
    local fresh, read_err = M.find(client, row.order_id)
    return fresh, read_err or resolve_err
  end
  -- What was told of a later charge and could not be decided then.
  if payment and select(2, notice.take_up(client, payment)) then
    row, err = M.find(client, row.order_id)
    if not row then return nil, err end
  end
  local open
  open, err = change.open_change(client, row)
  if err then return nil, err end
  if open then return change.resolve(client, row, open, limits) end
  local found
  found, err = change.ask(client, row, limits)
  if not found then return row, err end
  return renewal.record(client, row, payment, found, limits)
end

return M
