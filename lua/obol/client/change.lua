--- Changes of a subscription (`subscription.update`, `.cancel`, `.renew`): each is an attempt of its
-- own, recorded before it is sent, one open at a time.

local attempt = require "obol.client.attempt"
local due = require "obol.client.due"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"
local log = require "obol.client.log"
local renewal = require "obol.client.renewal"
local subscription_state = require "obol.client.subscription_state"

local M = {}

local TRIES = 8
local wanted_renewal = { ["subscription.cancel"] = false, ["subscription.renew"] = true }

--- Asks the provider about the subscription `row`: its subscription (nil when the provider told
-- none), or nil and an error.
function M.ask(client, row, options)
  local account, is_another = attempt.account_of_order(client, row)
  if not account then return nil, is_another end
  if not row.provider_id or not account:supports("subscription.query") then return nil end
  local result, err = exchange.ask(client, {
    account = row.account, operation = "subscription.query", order_id = row.order_id, token = options.token,
    deadline = options.deadline,
    params = { provider_id = row.provider_id, customer = row.customer_id and { id = row.customer_id } or nil },
    expect = { provider_id = row.provider_id, customer_id = row.customer_id, order_id = row.order_id },
  })
  if not result then return nil, err end
  return result.subscription
end

-- Whether what the provider tells now shows that the change was made.
local function was_made(one, found)
  local renews = wanted_renewal[one.operation]
  if renews ~= nil then return (found.auto_renew and true or false) == renews end
  return one.product_id ~= nil and found.product_id == one.product_id
end

local function write(client, row, one, result, about)
  local more = {
    error = about.err and fault.to_row(about.err) or ledger.none,
    action = result.action or ledger.none,
  }
  local unit = { subject = "subscriptions", key = row.order_id, version = row.version,
    attempt = { key = one.key, to = attempt.changes(client, one, result, about.reply) } }
  -- An accepted change leaves the slot: what comes of it shows in the subscription itself.
  if result.outcome == "accepted" then unit.attempt.to.slot = ledger.none end
  -- Whatever its state is, a change that is not settled comes first.
  local is_open = result.outcome == "unknown" or result.outcome == "accepted"
  if is_open then
    more.due_ms = due.of_attempt(client, attempt.merged(one, unit.attempt.to))
  end
  local change, told = subscription_state.change(client, row, about.found or {}, more, not is_open)
  -- A charge is taken up as a renewal, with a payment of its own, and in no other way.
  if row.transaction_id then change.to.transaction_id = nil end
  unit.to, unit.events = change.to, told and { told } or nil
  return client.ledger:finish_attempt(unit)
end

-- Records what came of a change. Reads the subscription again where somebody else wrote it meanwhile.
local function record(client, row, one, result, about)
  for _ = 1, TRIES do
    local ok, err = write(client, row, one, result, about)
    local fresh, read_err = client.ledger:subscription(row.order_id)
    if ok then
      if fresh and result.action then fresh.action = result.action end
      return fresh, read_err
    end
    if err.kind ~= "conflict" or not fresh then return nil, err end
    local settled = client.ledger:attempt(one.key)
    if settled and attempt.has_moved_on(one, settled, result) then return fresh end
    row = fresh
  end
  return nil, fault.conflict("the subscription was changed again and again", one.account)
end

-- What a change that was made makes of the subscription, where the provider's answer tells nothing.
local function made(one)
  local renews = wanted_renewal[one.operation]
  if renews ~= nil then return { auto_renew = renews } end
  return { product_id = one.product_id }
end

-- Whether a call that takes money, whose answer is missing, may still be carried out: until the provider's
-- whole schedule is over, that nothing is to be seen of it proves nothing.
local function may_be_under_way(client, one)
  return one.effect == "money" and one.outcome == "unknown" and client.clock() < due.schedule_ends(client, one)
end

local function not_seen(one)
  local err = fault.of_result({ outcome = "unknown", kind = one.kind, code = one.code }, one.account)
  err.message = "not answered, and the subscription does not show it yet"
  return err
end

--- Resolves the open change `one` by asking. Answers the subscription's row and the error to show.
function M.resolve(client, row, one, options)
  if attempt.in_flight(client, one) then return row end
  local account, is_another = attempt.account_of(client, one)
  if not account then return row, is_another end
  local found, err = M.ask(client, row, options)
  if not found then return row, err or fault.of_row(row.error) end
  -- What is told now may hold a charge too.
  local told = renewal.record(client, row, client.ledger:payment(row.order_id), found, options)
  row = told or row
  local result = { outcome = was_made(one, found) and "succeeded" or "rejected" }
  -- The row may have been read again: what was asked about has to be what it is about now.
  local now = client.ledger:attempt(one.key)
  if now and attempt.has_moved_on(one, now, result) then return row end
  if result.outcome == "rejected" and may_be_under_way(client, one) then return row, not_seen(one) end
  local shown
  if result.outcome == "rejected" then
    shown = fault.of_result(result, one.account)
    shown.message = "not answered, and the subscription shows that it was not done"
  end
  local fresh, ledger_err = record(client, row, one, result, { err = shown, found = found })
  return fresh or row, ledger_err or shown
end

-- The attempt that is still open, or nil; nil and an error when the ledger fails.
local function open_change(client, row)
  if not row.change then return nil end
  local one, err = client.ledger:attempt(row.change)
  if err then return nil, err end
  return one and one.slot and one or nil
end

M.open_change = open_change

local function send(client, row, one, params, options, request)
  local result, err, reply = attempt.send(client, one, {
    params = params, request = request, token = options.token, deadline = options.deadline,
    expect = { key = one.key, order_id = one.order_id, provider_id = row.provider_id, customer_id = one.customer_id },
  })
  local about = { err = err, reply = reply }
  if result.outcome == "succeeded" then about.found = result.subscription or made(one) end
  local fresh, ledger_err = record(client, row, one, result, about)
  if not fresh then
    log.alarm(client, "ledger_failed", { order_id = one.order_id, account = one.account, key = one.key })
    return row, ledger_err
  end
  if result.outcome ~= "unknown" or not one.found_with then return fresh, err end
  local saved = client.ledger:attempt(one.key)
  local resolved, resolve_err = M.resolve(client, fresh, saved or one, options)
  return resolved, resolve_err
end

-- Makes the change durable: attempt and row, or nil and an error.
local function begin(client, row, plan, params, product_id, options)
  local last = row.change and client.ledger:attempt(row.change)
  local again = last and last.outcome == "not_sent" and last.operation == plan.operation
  local generation = row.generation + (again and 0 or 1)
  local one = attempt.row(client, {
    account = row.account, plan = plan, slot = "subscription:" .. row.order_id, subject = row.order_id,
    generation = generation, order_id = row.order_id, customer_id = row.customer_id,
    product_id = product_id, timeout_ms = options.timeout_ms,
  })
  one.sends = again and last.sends or 0
  local request, err = exchange.encode(client, { account = row.account, operation = plan.operation, params = params,
    key = one.key, token = options.token })
  if not request then return nil, err end
  local begun
  begun, err = attempt.begin(client, {
    subject = "subscriptions", key = row.order_id, version = row.version, attempt = one,
    again = again and "not_sent" or nil,
    to = { change = one.key, generation = generation, due_ms = one.claimed_until, looks = ledger.none,
      claimed_until = ledger.none, updated_ms = client.clock() },
  }, row)
  if not begun then
    exchange.discard(request)
    return nil, err
  end
  return one, begun, request
end

-- Whether the change `open` was the very one that is asked for, and turned out to be made.
local function was_this(client, open, operation, product_id)
  if open.operation ~= operation or open.product_id ~= product_id then return false end
  local settled = client.ledger:attempt(open.key)
  return settled ~= nil and settled.outcome == "succeeded"
end

-- Whether the subscription can be changed at all.
local function check(client, operation, row)
  local account, err = attempt.account_of_order(client, row)
  if not account then return nil, err end
  if not account:supports(operation) then
    return nil, fault.unsupported("the provider has no " .. operation, row.account)
  end
  if not row.provider_id then return nil, fault.conflict("the subscription has not begun", row.account) end
  return account
end

--- Makes a change: the subscription's row and the error to show, or nil and an error when nothing
-- was sent or recorded. `extra` holds what the caller gives beside (an update's item), `product_id`
-- the product that an update leads to.
function M.run(client, operation, row, extra, product_id, options)
  local account, err = check(client, operation, row)
  if not account then return nil, err end
  local open
  open, err = open_change(client, row)
  if err then return nil, err end
  if open then
    row, err = M.resolve(client, row, open, options)
    if open_change(client, row) then
      if open.operation == operation then return row, err end
      return nil, fault.conflict("another change of this subscription is open", row.account)
    end
    if was_this(client, open, operation, product_id) then return row, err end
  end
  local params = {}
  for key, value in pairs(extra) do params[key] = value end
  params.provider_id = row.provider_id
  params.customer = row.customer_id and { id = row.customer_id } or nil
  local plan
  plan, err = account:plan(operation, params)
  if not plan then return nil, err end
  local one, begun, request = begin(client, row, plan, params, product_id, options)
  if not one then return nil, begun end
  return send(client, begun, one, params, options, request)
end

return M
