--- Attempts: the row that is durable before a byte leaves, the call made for it, and what its
-- outcome makes of the row. Shared by payments, refunds and changes of subscriptions.

local clone = require "obol.clone"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local keys = require "obol.client.keys"
local ledger = require "obol.ledger"
local states = require "obol.ledger.states"

local M = {}

local LEASE_SPARE_MS = 5000

--- A new attempt's row. `about` = { account =, plan =, slot =, generation =, subject = (order or
-- refund id that its key is derived from), order_id =, refund_id =, customer_id =, product_id =,
-- amount =, currency =, baseline =, exclusive =, timeout_ms =, by_payer =, echo =, rule = (the name of the
-- one that chose the account) }.
function M.row(client, about)
  local plan, now = about.plan, client.clock()
  return {
    key = keys.derive(client.ledger:id(), about.account, plan.operation, about.subject, about.generation),
    order_id = about.order_id, refund_id = about.refund_id, account = about.account,
    provider = client.accounts[about.account].provider, operation = plan.operation,
    variant = plan.variant, generation = about.generation, effect = plan.effect,
    found_by = plan.found_by, found_with = plan.found_with, repeat_safe = plan.repeat_safe or false,
    proof = plan.proof, proof_with = plan.proof_with, customer_id = about.customer_id,
    product_id = about.product_id, amount = about.amount, currency = about.currency,
    baseline = about.baseline, by_payer = about.by_payer, echo = about.echo, slot = about.slot,
    exclusive = about.exclusive, rule = about.rule,
    -- Nothing more may be said of it until its answer is recorded, also after a crash.
    outcome = "unknown", sends = 0, created_ms = now, sent_ms = now,
    claimed_until = now + about.timeout_ms + LEASE_SPARE_MS,
  }
end

--- A row as it is after the changes `to`.
function M.merged(row, to)
  local copied = clone(row)
  for column, value in pairs(to) do
    if value == ledger.none then value = nil end
    copied[column] = value
  end
  return copied
end

--- Makes the unit of an attempt durable (see Ledger:begin_attempt); `before` is the row that it
-- changes, nil where it is new. Answers the row as it was written, or nil and an error. Nothing is
-- read again: from here on there is an attempt, and the call has to answer what became of it.
function M.begin(client, unit, before)
  local ok, err = client.ledger:begin_attempt(unit)
  if not ok then return nil, err end
  local row = unit.new and M.merged(unit.new, { version = 1 }) or M.merged(before, unit.to)
  row.version = (unit.version or 0) + 1
  return row
end

--- The right that only one open purchase of a customer and product has.
function M.exclusive(provider, customer_id, product_id)
  local function plain(id)
    return ((id or ""):gsub("[%%/]", { ["%"] = "%25", ["/"] = "%2F" }))
  end
  return ("%s/%s/%s"):format(provider, plain(customer_id), plain(product_id))
end

-- Outcomes that are there, whichever sending of an attempt's key they came from.
local facts = { accepted = true, succeeded = true, declined = true }

--- Whether `result` was found out about the attempt `one` and says nothing of what it is `now`: it was sent
-- once more meanwhile, or somebody else settled it, and that an earlier sending came to nothing is no fact.
function M.has_moved_on(one, now, result)
  if facts[result.outcome] then return false end
  if now.outcome ~= one.outcome or now.sends ~= one.sends then return true end
  return now.sent_ms ~= one.sent_ms or now.claimed_until ~= one.claimed_until
end

-- Whether the call that made the attempt, and may go on behind its answer, may not be over yet.
local function is_called(client, row) return (row.claimed_until or 0) > client.clock() end

--- Whether another process may still be waiting for this attempt's answer.
function M.in_flight(client, row) return is_called(client, row) and not row.answered_ms end

--- A function for settle.unit's `goes_on`, of what somebody else found out about an attempt: the call that made it may
-- go on to another account, if rules chose this one, and only that call says that nothing is left.
function M.left_to_call(client)
  return function(one)
    -- while it was found out, that call may have come to its end
    local now = one.rule and is_called(client, one) and client.ledger:attempt(one.key)
    return now and is_called(client, now) and now.claimed_until or nil
  end
end

--- The call that made the attempt of a payment that is still unknown is over, without having gone on. False where
-- somebody else has found out meanwhile, and may have left it to this call.
function M.let_go(client, key)
  local one = client.ledger:attempt(key)
  if not one then return true end
  if one.outcome ~= "unknown" then return false end
  if not one.claimed_until or not one.answered_ms then return true end
  return client.ledger:let_go(key, one.claimed_until) == true
end

--- Sends the attempt: `call` is that of exchange.run without key. Answers a result in every case
-- (its `outcome` that of the transport when there was no answer), the error to show, and the reply.
function M.send(client, row, call)
  call.key, call.account, call.operation = row.key, row.account, row.operation
  call.order_id, call.repeat_safe, call.sent_before = row.order_id, row.repeat_safe, row.sends > 0
  local result, reply = exchange.run(client, call)
  if result then
    result.left = true
    return result, fault.of_result(result, row.account, reply), reply
  end
  local err = reply
  -- What could not even be encoded the second time has not left either.
  local outcome = err.outcome or "not_sent"
  local left = outcome ~= "not_sent"
  -- That it did not leave once more says nothing of what became of it before.
  if row.sends > 0 then outcome, err.outcome = "unknown", "unknown" end
  return { outcome = outcome, kind = err.kind, left = left }, err
end

--- The account to which the attempt was sent, or nil and an error: under a name that another provider has now there is
-- another account, which knows nothing of it.
function M.account_of(client, row)
  local account = client.accounts[row.account]
  if account and account.provider == row.provider then return account end
  return nil, fault.invalid("account", "expected an account that is configured, of the provider that was asked then",
    row.account)
end

--- The account of the payment or subscription `row`, as account_of says it of its first charge, which has an attempt
-- where a renewal has none.
function M.account_of_order(client, row)
  local first, err = client.ledger:payment(row.renewal_of or row.order_id)
  local one
  if first and first.attempt then one, err = client.ledger:attempt(first.attempt) end
  if err then return nil, err end
  if one then return M.account_of(client, one) end
  local account = client.accounts[row.account]
  return M.account_of(client, { account = row.account, provider = account and account.provider })
end

--- The operation that asks about a payment's attempt, nil where nothing can: what finds it again, or,
-- once the provider's id is known, the query by that.
function M.query_of(client, row, provider_id)
  local by_itself = row.found_by ~= "provider_id" and row.found_by ~= "nothing"
  if row.found_with and (by_itself or provider_id) then return row.found_with end
  local account = client.accounts[row.account]
  return provider_id and account and account:supports("payment.query") and "payment.query" or nil
end

--- What an offer becomes that was not answered and cannot be found: a result and the error to show.
function M.abandoned(row)
  local result = { outcome = "abandoned", kind = row.kind, code = row.code }
  return result, fault.of_result(result, row.account)
end

--- `unknown` of an offer that nothing can find again is `abandoned`: nobody was shown it, so nobody
-- can pay it.
function M.give_up(row, result, err)
  if result.outcome ~= "unknown" or row.effect ~= "offer" or row.found_by ~= "nothing" then
    return result, err
  end
  local given_up = { outcome = "abandoned", kind = result.kind, code = result.code, left = result.left }
  local shown = fault.of_result(given_up, row.account)
  if err then
    shown.kind, shown.http_status, shown.request_id = err.kind, err.http_status, err.request_id
    shown.provider_message = err.provider_message
  end
  return given_up, shown
end

--- The changes of an attempt's row after `result`. A closed attempt gives back its slot.
function M.changes(client, row, result, reply)
  local closed = states.outcomes[result.outcome].closed
  local code = result.code
  if type(code) == "number" then code = ("%d"):format(code) end
  local to = {
    outcome = result.outcome, kind = result.kind or ledger.none, code = code,
    http_status = reply and reply.status, provider_id = result.provider_id,
    sends = row.sends + (result.left and 1 or 0), answered_ms = client.clock(), claimed_until = ledger.none,
  }
  -- the call goes on: it asks what became of it, and then perhaps another account
  if result.outcome == "unknown" and row.rule then to.claimed_until = nil end
  if closed then to.slot, to.exclusive = ledger.none, ledger.none end
  return to
end

--- What callers see of an attempt.
function M.view(row)
  return {
    key = row.key, account = row.account, operation = row.operation, outcome = row.outcome,
    kind = row.kind, code = row.code, provider_id = row.provider_id, generation = row.generation,
    rule = row.rule, created_ms = row.created_ms, answered_ms = row.answered_ms,
  }
end

return M
