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

local BATCH, LEASE_MS = 100, 30000

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

local known = { lease_ms = true }

local function check(name, options)
  if name == "" or #name > 64 then return nil, fault.invalid("name", "expected text of 1 to 64 bytes") end
  -- by these the library itself follows the events
  if name:find "^obol%." then return nil, fault.invalid("name", "expected a name that does not begin with `obol.`") end
  for key in pairs(options) do
    if not known[key] then return nil, fault.invalid(tostring(key), "expected `lease_ms`") end
  end
  local lease = options.lease_ms or LEASE_MS
  if type(lease) ~= "number" or lease % 1 ~= 0 or lease < 1000 or lease > 86400000 then
    return nil, fault.invalid("lease_ms", "expected milliseconds from 1000 to 86400000")
  end
  return lease
end

-- Hands one event to fn: whether it was taken; or nil and the ledger's error.
local function hand(client, run, event)
  local now = client.clock()
  -- what was refused has cost time too
  if run.consumer.claimed_until - now < run.lease_ms / 2 then
    local kept, err = client.ledger:keep_consumer(run.consumer, now, now + run.lease_ms)
    if not kept then return nil, err end
  end
  if not handed(pcall(run.fn, show(event))) then return false end
  now = client.clock()
  local ok, err = client.ledger:event_done(run.consumer, event.seq, now, now + run.lease_ms)
  if not ok then return nil, err end
  return true
end

-- Hands out what is pending, to the last of it: what is refused holds back its own payment alone. True, or
-- nil and an error.
local function hand_out(client, run)
  local after
  repeat
    local consumer, events = client.ledger:pending_events(run.consumer, BATCH, after)
    if not consumer then return nil, events end
    for _, event in ipairs(events) do
      local what = subject(event)
      if not run.waiting[what] then
        local taken, err = hand(client, run, event)
        if taken == nil then return nil, err end
        if taken then
          run.done = run.done + 1
        else
          run.waiting[what], run.refused = true, run.refused + 1
        end
      end
      after = event.seq
    end
  until #events == 0
  return true
end

--- Hands every event that the consumer `name` (text of 1 to 64 bytes that does not begin with `obol.`) has not done to
-- `fn(event)`, oldest first, and
-- remembers each one that it took. An event is done when fn returns without `false` and without nil
-- and an error; otherwise it comes again in the next call, and until then the later events of the
-- same payment wait. Answers how many were done, and an error when some were not; or nil and an
-- error when the ledger fails. Events may come twice after a crash: `event.id` tells.
--
-- One process at a time hands out under a name; for another the answer is nil and a `conflict`. That right
-- ends with the call, or `lease_ms` (30000) after the last sign of a process that died: an option, of
-- which fn should not take more than half for one event.
function M.consume(client, name, fn, options)
  resource.want(name, "string", "a consumer's name")
  resource.want(fn, "function", "what takes the events")
  if options ~= nil then resource.want(options, "table", "options") end
  local lease_ms, err = check(name, options or {})
  if not lease_ms then return nil, err end
  local run = { fn = fn, lease_ms = lease_ms, done = 0, waiting = {}, refused = 0 }
  -- looking costs nothing, taking is written down
  local seen, events = client.ledger:pending_events(name, 1)
  if not seen then return nil, events end
  if #events == 0 then return 0 end
  local now = client.clock()
  run.consumer, err = client.ledger:take_consumer(name, now, now + lease_ms)
  if not run.consumer then
    err.retryable = true
    return nil, err
  end
  local ok
  ok, err = hand_out(client, run)
  if not ok then return nil, err end
  -- given back late, it would only end by itself
  client.ledger:keep_consumer(run.consumer, client.clock(), nil)
  if run.refused == 0 then return run.done end
  local message = ("%d events were not taken"):format(run.refused)
  return run.done, errors.new { kind = "internal", message = message, retryable = true }
end

return M
