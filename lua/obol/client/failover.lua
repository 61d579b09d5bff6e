--- From one account to the next: only on recorded proof that the attempt before took no money, and only as often
-- and as long as the rule allows. What is unknown, open or paid ends it.

local attempt = require "obol.client.attempt"
local between = require "obol.client.between"
local choose = require "obol.client.choose"
local fault = require "obol.client.fault"
local log = require "obol.client.log"

local M = {}

-- With less than this, or less than a quarter of the call's whole time, another account would probably not answer
-- before the limit, and what nobody knows is worse than a no.
local LEAST_MS = 2000

local SPARE_MS = 5000

--- What is tried for one call: nothing is decided before it is asked for.
function M.new(client, operation, params, options)
  return { client = client, operation = operation, params = params, options = options, at = 1, hops = 0,
    began = client.elapsed() }
end

--- The account that is to be tried now, or nil and an error.
function M.account(way)
  if not way.decision then
    local decision, err = choose.decide(way.client, way.operation, way.params, way.options)
    if not decision then return nil, err end
    way.decision = decision
  end
  return way.decision.accounts[way.at]
end

-- The account behind the one that was tried, or nil.
local function next_account(way)
  local decision = way.decision
  return decision.accounts[way.at + 1] or decision.more()
end

-- Whether the attempt proves that no money moved, as far as the rule takes it for a proof.
local function is_proof(one, rule)
  local outcome = one.outcome
  if outcome == "declined" then return one.code ~= nil and rule.declined[one.code] == true end
  -- of one that left before, a sending that did not leave proves nothing
  if outcome == "not_sent" and (one.sends or 0) > 0 then return false end
  return rule.on[outcome] == true
end

local function has_time(way, rule)
  local now, options = way.client.elapsed(), way.options
  if rule.within_ms and now - way.began >= rule.within_ms then return false end
  return options.deadline - now >= math.min(LEAST_MS, options.timeout_ms / 4)
end

-- Whether the attempt of the payment `row` is the one that was made on this way last.
local function is_own(way, row) return way.key ~= nil and row.attempt == way.key end

-- The recorded attempt that ended so that the rule lets another account try; or nil.
local function ended(way, row, rule)
  -- what is not between two accounts is seen without another read
  if row.status ~= "created" or not is_own(way, row) then return nil end
  local one = way.client.ledger:attempt(row.attempt)
  return between.is(row, one) and is_proof(one, rule) and one or nil
end

-- The rule's words on failover, where it allows one hop more.
local function allowance(way)
  local rule = way.decision and way.decision.failover
  if not rule or way.hops >= rule.hops or not has_time(way, rule) then return nil end
  return rule
end

--- Until when the payment may go on to another account, should the attempt `one` end by `result`; nil where it does
-- not. So long it is open, and nobody else begins another attempt.
function M.goes_on_ms(way, one, result)
  local rule = allowance(way)
  local ended_so = rule and attempt.merged(one, attempt.changes(way.client, one, result))
  if not ended_so or not is_proof(ended_so, rule) or not next_account(way) then return nil end
  return math.ceil(way.client.clock() + way.options.deadline - way.client.elapsed() + SPARE_MS)
end

local function hop(way, to, order_id, ended_here)
  local from = way.decision.accounts[way.at]
  way.at, way.hops = way.at + 1, way.hops + 1
  log.hop(way.client, { order_id = order_id, rule = way.decision.rule, account = to, from = from, hop = way.hops,
    key = ended_here.key, outcome = ended_here.outcome, code = ended_here.code })
  return true
end

--- Takes a place for the account that is to be tried now, where its breaker is half open: what `health:leave` takes,
-- or nil where none is needed; false and an error where none is free and there is another account, which is then to be
-- tried. Only accounts that rules chose step back.
function M.enter(way)
  local decision = way.decision
  if not decision.rule or decision.forced then return nil end
  local name, health = decision.accounts[way.at], way.client.health
  local place = health:enter(name, way.operation, way.options.timeout_ms + SPARE_MS)
  if place ~= false then return place end
  if not next_account(way) then return nil end
  way.stepped_back = true
  return false, fault.unsupported("its breaker is not closed", name)
end

--- Steps back from the account that is to be tried now, because somebody else took what its limit left: an error.
function M.limited(way, why)
  way.stepped_back = next_account(way) ~= nil
  local err = fault.unsupported(why, way.decision.accounts[way.at])
  err.retryable = true
  return err
end

--- The name of the rule that chose the account; nil where the caller did, or where there are no rules.
function M.rule(way) return way.decision and way.decision.rule end

--- Whether rules chose the account, and not the caller.
function M.is_ruled(way) return way.decision.rule ~= nil end

--- Whether the account that was to be tried stepped back behind the next one.
function M.steps_back(way)
  if not way.stepped_back then return false end
  way.at, way.stepped_back = way.at + 1, nil
  return true
end

--- Whether the payment `row`, as it is recorded after the attempt of this account, goes to another one, which is
-- then the account to be tried.
function M.moves(way, row)
  local rule = allowance(way)
  local one = rule and ended(way, row, rule)
  local to = one and next_account(way)
  return to and hop(way, to, row.order_id, one) or false
end

-- What keeps a provider from being asked anything: of bad input, conflicts and a ledger that fails another
-- account would know no better.
local out_of_reach = { network = true, timeout = true, provider = true, authentication = true, rate_limited = true,
  signature = true }

--- The same after the error of a call of which no attempt was begun, because what has to be asked before, as a
-- price or a session, was not answered.
function M.passes(way, err, order_id)
  local rule = allowance(way)
  local to = rule and rule.on.not_sent and out_of_reach[err.kind] and next_account(way)
  return to and hop(way, to, order_id, { outcome = "not_sent" }) or false
end

--- The next account after one that could not even take the call as it is written; false where there is none.
function M.skips(way, err)
  if err.kind ~= "invalid" and err.kind ~= "unsupported" then return false end
  if not next_account(way) then return false end
  way.at = way.at + 1
  return true
end

return M
