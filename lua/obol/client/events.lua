--- pay.events: what happened, handed to the merchant's code at least once. An event has `id`, `type`
-- (`payment.succeeded`, `payment.failed`, `payment.updated`, `subscription.updated`,
-- `subscription.renewed`, `refund.updated`, `refund.proposed` (of a second success), `dispute.opened`),
-- `status`, `order_id`, `account`, `time_ms` and, where they
-- apply, `amount` (obol.money), `provider_id`, `subscription_id` and `refund_id`.

local amounts = require "obol.client.amounts"
local errors = require "obol.error"
local fault = require "obol.client.fault"
local resource = require "obol.client.resource"

local M = {}

local BATCH = 100

local function show(row)
  local event = {}
  for column, value in pairs(row) do event[column] = value end
  event.amount = amounts.of_row(row.amount, row.currency)
  return event
end

-- Answering nothing is success; `false`, or nil and an error, asks for the event again.
local function handed(ok, ...)
  if not ok then return false end
  if select("#", ...) == 0 then return true end
  local first, second = ...
  return first ~= false and not (first == nil and second ~= nil)
end

-- What has to come in order: the events of one payment or refund's order.
local function subject(event)
  return event.order_id or event.subscription_id or event.id
end

--- Hands every event that the consumer `name` has not done to `fn(event)`, oldest first, and
-- remembers each one that it took. An event is done when fn returns without `false` and without nil
-- and an error; otherwise it comes again in the next call, and until then the later events of the
-- same payment wait. Answers how many were done, and an error when some were not; or nil and an
-- error when the ledger fails. Events may come twice after a crash: `event.id` tells.
function M.consume(client, name, fn)
  resource.want(name, "string", "a consumer's name")
  resource.want(fn, "function", "what takes the events")
  if name == "" or #name > 64 then return nil, fault.invalid("name", "expected text of 1 to 64 bytes") end
  local done, waiting, refused = 0, {}, 0
  while true do
    local consumer, events = client.ledger:pending_events(name, BATCH + refused)
    if not consumer then return nil, events end
    local progress = false
    for _, event in ipairs(events) do
      if not waiting[subject(event)] then
        if handed(pcall(fn, show(event))) then
          local ok, err = client.ledger:event_done(consumer, event.seq, client.clock())
          if not ok then return nil, err end
          done, progress = done + 1, true
        else
          waiting[subject(event)], refused = true, refused + 1
        end
      end
    end
    if not progress then break end
  end
  if refused == 0 then return done end
  local message = ("%d events were not taken"):format(refused)
  return done, errors.new { kind = "internal", message = message, retryable = true }
end

return M
