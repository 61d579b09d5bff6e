--- What a look is for each kind of row: `name` (the table), `key` (its column), look(client, row, options),
-- which asks and records and answers the error to show, and plan(client, row, since_ms), which answers
-- when the row is looked at next (nil: never), why it cannot be resolved (nil: it can) and its attempt.

local between = require "obol.client.between"
local change = require "obol.client.change"
local due = require "obol.client.due"
local notice = require "obol.client.notice"
local refund_settle = require "obol.client.refund_settle"
local resolve = require "obol.client.resolve"
local subscription_look = require "obol.client.subscription_look"
local why = require "obol.client.reconcile.why"

-- After a look that could not end a payment which its call left between two accounts.
local AGAIN_MS = 5000

local payment = { kind = "payment", name = "payments", key = "order_id" }
local refund = { kind = "refund", name = "refunds", key = "refund_id" }
local subscription = { kind = "subscription", name = "subscriptions", key = "order_id" }
local notification = { kind = "notification", name = "notifications", key = "id" }

-- Whether the last question about the attempt was not answered.
local function has_failed(one, since_ms)
  return one ~= nil and (one.query_failed_ms or 0) >= since_ms
end

function payment.look(client, row, options)
  local asked, err = resolve.run(client, row, options)
  local taken = notice.take_up(client, asked)
  return taken.status == asked.status and err or nil
end

function payment.plan(client, row, since_ms)
  local one, err = resolve.attempt_of(client, row)
  if err then error(err, 0) end
  local next_ms
  if between.is(row, one) then
    next_ms = between.is_left(client, row) and client.clock() + AGAIN_MS or row.due_ms
  elseif row.status ~= "succeeded" then
    next_ms = due.of_payment(client, one, row.status, has_failed(one, since_ms))
  elseif one and one.slot then
    next_ms = due.of_attempt(client, one, has_failed(one, since_ms))
  end
  return next_ms, why.of_payment(client, row, one), one
end

function refund.look(client, row, options)
  local _, err = refund_settle.refresh(client, row, options)
  return err
end

function refund.plan(client, row, since_ms)
  local one, err
  if row.attempt then one, err = client.ledger:attempt(row.attempt) end
  if err then error(err, 0) end
  return due.of_refund(client, one, has_failed(one, since_ms)), why.of_attempt(client, one), one
end

function subscription.look(client, row, options)
  local _, err = subscription_look.run(client, row, options)
  return err
end

function subscription.plan(client, row)
  local open, err = change.open_change(client, row)
  if err then error(err, 0) end
  local next_ms = open and due.of_attempt(client, open) or due.of_subscription(client, row)
  return next_ms, why.of_subscription(client, row, open), open
end

function notification.look(client, row)
  notice.again(client, row)
  return nil
end

function notification.plan(client, row)
  if not row.waits_for then return nil end
  return due.of_notification(client, row.looks or 0), why.of_notification(client, row)
end

return { payment, refund, subscription, notification }
