--- Why something cannot be resolved by asking the provider. It stays in the ledger and is looked at
-- seldom, because what stands against it may go:
--
-- * `account`: the configuration has no account of this name and provider any more
-- * `payer`: the provider shows the order to its payer alone, whose token is not kept; a signed
--   notification may still tell
-- * `nothing_asks`: the provider has no query that finds it
-- * `not_attached`: no order of this product is to be seen, so none could prove that it was paid
-- * `schedule_over`: every query of the provider's schedule was made, or failed, and it is still open
-- * `no_order`: a signed notification of an order that nobody recorded

local attempt = require "obol.client.attempt"
local due = require "obol.client.due"
local states = require "obol.ledger.states"

local M = {}

local DAY = 86400000

local function is_asked(client, one)
  if one.proof then return true end
  if one.refund_id or one.operation:find "^subscription%.[^c]" or one.operation == "subscription.cancel" then
    return one.found_with ~= nil
  end
  return attempt.query_of(client, one, one.provider_id) ~= nil
end

-- The last moment at which the provider's own schedule, or the time to pay, says anything.
local function schedule_ends(client, one)
  local account, last = client.accounts[one.account], 0
  for _, seconds in ipairs(account.query_schedule_s or {}) do last = math.max(last, seconds) end
  return math.max((one.sent_ms or one.created_ms) + last * 1000, one.created_ms + due.life_ms(client, one))
end

--- Of the attempt `one`, if it is open: a word, or nil.
function M.of_attempt(client, one)
  if not one or states.outcomes[one.outcome].closed then return nil end
  if not attempt.account_of(client, one) then return "account" end
  local is_over = client.clock() > schedule_ends(client, one)
  if one.by_payer then return is_over and "payer" or nil end
  if attempt.in_flight(client, one) then return nil end
  if not is_asked(client, one) then return "nothing_asks" end
  return is_over and "schedule_over" or nil
end

--- Of a payment and the attempt to ask about.
function M.of_payment(client, row, one)
  local why = M.of_attempt(client, one)
  if why or not row.unresolved then return why end
  return row.status == "expired" and "not_attached" or nil
end

--- Of a subscription and its open change, if there is one.
function M.of_subscription(client, row, one)
  local account, err = attempt.account_of_order(client, row)
  if not account and err.kind == "invalid" then return "account" end
  return M.of_attempt(client, one)
end

--- Of a kept notification.
function M.of_notification(client, row)
  if not client.accounts[row.account] then return "account" end
  return client.clock() - row.received_ms > DAY and "no_order" or nil
end

return M
