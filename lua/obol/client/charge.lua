--- Creating a payment, or a subscription's first charge: the recorded attempt, from the check of
-- what the caller wrote to the answer.

local amounts = require "obol.client.amounts"
local attempt = require "obol.client.attempt"
local before = require "obol.client.before"
local between = require "obol.client.between"
local charge_begin = require "obol.client.charge_begin"
local checked = require "obol.client.options"
local choose = require "obol.client.choose"
local exchange = require "obol.client.exchange"
local failover = require "obol.client.failover"
local fault = require "obol.client.fault"
local limits = require "obol.client.limits"
local log = require "obol.client.log"
local notice = require "obol.client.notice"
local order = require "obol.client.order"
local resolve = require "obol.client.resolve"
local session = require "obol.client.session"
local settle = require "obol.client.settle"
local states = require "obol.ledger.states"

local M = {}

local TRIES = 4

-- Sends the attempt `one` of `row` and records what came of it: row, error to show. `request` is the
-- one that was encoded to see whether it can be.
local function send(client, row, one, wanted, params, options, request)
  local result, err, reply = attempt.send(client, one, {
    params = params, request = request, token = options.token, deadline = options.deadline,
    expect = { key = one.key, order_id = one.order_id, amount = wanted.amount, customer_id = one.customer_id,
      product_id = one.product_id },
  })
  result, err = attempt.give_up(one, result, err)
  local recorded, ledger_err = settle.record(client, row, one, result, { err = err, reply = reply,
    goes_on = options.goes_on })
  if not recorded then
    log.alarm(client, "ledger_failed", { order_id = one.order_id, account = one.account, key = one.key })
    row.status = "unknown"
    return row, ledger_err
  end
  -- Where somebody else settled it meanwhile, or made another page of it, its page must not be shown.
  local is_shown = result.provider_id == nil or recorded.provider_id == result.provider_id
  if is_shown and result.action and recorded.attempt == one.key and recorded.status == "requires_action" then
    recorded.action = result.action
  end
  if recorded.status == "succeeded" then err = nil end
  if recorded.status ~= "unknown" then return recorded, err end
  -- Nothing goes elsewhere before this is known: ask at once, and later again through refresh.
  local resolved, resolve_err = resolve.run(client, recorded, options)
  return resolved or recorded, resolve_err or (resolved and resolved.status == "unknown" and err) or nil
end

-- The attempt and its encoded request: what cannot be encoded is bad input, and is said before
-- anything is asked, recorded or sent.
local function draft(client, operation, row, wanted, params, options, way)
  local name, err = failover.account(way)
  if not name then return nil, err end
  checked.suit(client, options, name)
  local plan
  plan, err = client.accounts[name]:plan(operation, params)
  if not plan then return nil, err end
  local previous = row and client.ledger:attempt(row.attempt)
  local text, currency = amounts.to_row(wanted.amount)
  local one = attempt.row(client, {
    account = name, plan = plan, slot = "payment:" .. wanted.order_id, subject = wanted.order_id,
    generation = charge_begin.generation(row, previous), order_id = wanted.order_id, customer_id = wanted.customer_id,
    product_id = wanted.product_id, amount = text, currency = currency, timeout_ms = options.timeout_ms,
    by_payer = options.token and session.has_payers(client.accounts[name]) or nil,
    echo = order.echo(params, client.accounts[name].provider), rule = failover.rule(way),
  })
  local request
  request, err = exchange.encode(client, { account = name, operation = operation, params = params, key = one.key,
    token = options.token })
  if not request then return nil, err end
  return one, plan, request
end

-- The payment after what was kept for it, whose notification may have come before it was recorded.
local function take_up(client, row, shown)
  local fresh = notice.take_up(client, row)
  if fresh.status == row.status then return row, shown end
  return fresh, nil
end

-- Makes the attempt durable and sends it. Answers as `start` does.
local function carry_out(client, operation, row, one, wanted, params, options, request, way)
  local taken, why = limits.take(client, one.account, wanted.amount, not failover.is_ruled(way))
  if why then
    exchange.discard(request)
    return nil, failover.limited(way, why)
  end
  local begun, err = charge_begin.run(client, operation, row, one, wanted)
  if begun then
    local sent, shown = send(client, begun, one, wanted, params, options, request)
    limits.give_back(client, taken, one.key, sent.status)
    return take_up(client, sent, shown)
  end
  limits.give_back(client, taken)
  exchange.discard(request)
  if err.kind ~= "conflict" then return nil, err end
  if err.field ~= "attempts.exclusive" then return nil, nil, true end
  return nil, select(2, before.free(client, "exclusive", one.exclusive, one.account)) or err
end

-- Asks what has to be known before, then carries it out.
local function proceed(client, operation, row, one, plan, wanted, params, options, request, way)
  local asked, err = before.ask(client, operation, one, plan, wanted, options)
  -- What was asked took time, and a request carries the time at which it was made.
  if asked ~= false then
    exchange.discard(request)
    request = nil
  end
  if asked == nil then return nil, err end
  return carry_out(client, operation, row, one, wanted, params, options, request, way)
end

-- One try: row and error to show; nil, err; or nil, nil, true when somebody else was first.
local function start(client, operation, row, wanted, params, options, way)
  local one, plan, request = draft(client, operation, row, wanted, params, options, way)
  if not one then return nil, plan end
  way.key = one.key
  local place, refused = failover.enter(way)
  if place == false then
    exchange.discard(request)
    return nil, refused
  end
  local answer, err, again = proceed(client, operation, row, one, plan, wanted, params, options, request, way)
  client.health:leave(place)
  return answer, err, again
end

-- Tries the next account of the payment `row`, which is between two. Answers as `start` does.
local function hop(client, operation, row, wanted, params, options, way)
  for _ = 1, TRIES do
    local answer, err, again
    repeat
      answer, err, again = start(client, operation, row, wanted, params, options, way)
    until answer or again or not (failover.steps_back(way) or failover.skips(way, err)
      or failover.passes(way, err, row.order_id))
    if not again then return answer, err end
    local fresh = client.ledger:payment(row.order_id)
    local is_same = fresh and between.is_same(row, fresh, client.ledger:attempt(fresh.attempt))
    if not is_same then return nil, nil, true end
    -- something beside the payment's state was written
    row = fresh
  end
end

-- The payment `row`, unknown to this call, as it is where somebody else found out meanwhile that its attempt `key` came
-- to nothing, and left it to this call.
local function found_out(client, row, shown, key)
  local fresh = row.status == "unknown" and client.ledger:payment(row.order_id)
  if not fresh or fresh.attempt ~= key or not between.is(fresh, client.ledger:attempt(key)) then return row, shown end
  return fresh, nil
end

-- The end of a call, of whose attempts the last one has the `key`: a payment that is still between two accounts has
-- failed, because nothing is left; of one that is unknown others say what became of it. Answers the row and the error
-- to show.
local function come_to_end(client, row, shown, key)
  if row.attempt ~= key then return row, shown end
  if row.status == "unknown" and not attempt.let_go(client, key) then
    row, shown = found_out(client, row, shown, key)
  end
  if row.status ~= "created" then return row, shown end
  local one = client.ledger:attempt(key)
  if not between.is(row, one) then return row, shown end
  local ended, err = settle.fail(client, row, one)
  if ended then return ended, shown end
  log.alarm(client, "ledger_failed", { order_id = row.order_id, account = one.account, key = key })
  row.status = "unknown"
  return row, err
end

-- Goes on from account to account while the rule allows it: the row and the error to show.
local function go_on(client, operation, row, shown, wanted, params, options, way)
  local key = way.key
  if failover.is_ruled(way) then row, shown = found_out(client, row, shown, key) end
  while failover.moves(way, row) do
    local answer, err, again = hop(client, operation, row, wanted, params, options, way)
    -- somebody else goes on with it
    if again then return client.ledger:payment(row.order_id) or row end
    if not answer then break end
    key = way.key
    row, shown = found_out(client, answer, err, key)
  end
  return come_to_end(client, row, shown, key)
end

-- The payment as it is, asked about when its open attempt can no longer be paid: a page that is over
-- must not be shown again. Answers the row and the error to show.
local function look(client, row, options)
  local one = client.ledger:attempt(row.attempt)
  if not one or one.outcome ~= "accepted" or not resolve.is_over(client, one) then return row end
  return resolve.run(client, row, options)
end

-- An open attempt is never sent again, but where the provider takes the same key twice and the
-- answer to it is what is missing.
local function held(client, row, wanted, params, options)
  local one = client.ledger:attempt(row.attempt)
  if not one or one.outcome ~= "unknown" or not one.repeat_safe or attempt.in_flight(client, one) then return row end
  local account, is_another = attempt.account_of(client, one)
  if not account then return row, is_another end
  one.sent_ms = client.clock()
  one.claimed_until = one.sent_ms + options.timeout_ms
  -- Of one whose process ended before it could say, it may have left.
  one.sends = math.max(one.sends, 1)
  local ok, err = client.ledger:begin_attempt { subject = "payments", key = row.order_id, version = row.version,
    to = { due_ms = one.claimed_until },
    attempt = { key = one.key, claimed_until = one.claimed_until, sent_ms = one.sent_ms, sends = one.sends },
    again = "unknown" }
  if not ok then
    if err.kind == "conflict" then return row end
    return nil, err
  end
  row.version = row.version + 1
  local sent, shown = send(client, row, one, wanted, params, options)
  return come_to_end(client, sent, shown, one.key)
end

-- Whether another attempt may begin: the last one is over, and nobody is about to go on to another account.
local function may_begin(client, row)
  if states.next_attempt_from[row.status] then return true end
  if row.status ~= "created" or not row.attempt or not between.is_left(client, row) then return false end
  return between.is(row, client.ledger:attempt(row.attempt))
end

-- All that is wrong at once: what the client saw and what the account sees.
local function report(client, operation, params, options, err)
  local fields, seen = { { field = err.field, message = err.message } }, { [err.field] = true }
  local chosen = choose.decide(client, operation, params, options)
  local name = chosen and chosen.accounts[1]
  local request, more
  -- a key that is never sent stands for the one that is made later, and is no mistake of the caller
  if name then
    request, more = exchange.encode(client, { account = name, operation = operation, params = params, key = "report" })
    exchange.discard(request)
  end
  for _, problem in ipairs(more and more.fields or {}) do
    if not seen[problem.field] then fields[#fields + 1] = { field = problem.field, message = problem.message } end
  end
  err.account = name
  if #fields > 1 then err.fields = fields end
  return err
end

--- Creates: row and the error to show, or nil and an error when nothing was sent or recorded.
-- `operation` is `payment.create` or `subscription.create`; `options` are checked.
function M.create(client, operation, params, options)
  local wanted, err = order.read(params)
  if not wanted then return nil, report(client, operation, params, options, err) end
  local way = failover.new(client, operation, params, options)
  options.goes_on = function(one, result) return failover.goes_on_ms(way, one, result) end
  for _ = 1, TRIES do
    local row
    row, err = client.ledger:payment(wanted.order_id)
    if err then return nil, err end
    if row then
      local same
      same, err = order.same(row, operation, wanted)
      if not same then return nil, err end
      local shown
      row, shown = look(client, row, options)
      if shown then return row, shown end
      if not may_begin(client, row) then return held(client, row, wanted, params, options) end
    end
    local answer, again
    repeat
      answer, err, again = start(client, operation, row, wanted, params, options, way)
    until answer or again or not (failover.steps_back(way) or failover.passes(way, err, wanted.order_id))
    if answer then return go_on(client, operation, answer, err, wanted, params, options, way) end
    if not again then return nil, err end
  end
  return nil, fault.conflict("the payment was changed again and again")
end

return M
