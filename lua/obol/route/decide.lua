--- Deciding: which rule takes a payment, and which accounts in which order.

local errors = require "obol.error"
local money = require "obol.money"
local split = require "obol.route.split"
local subjects = require "obol.route.subject"

local M = {}

-- Whether the rule takes the subject: true; false, the field and what was expected; nil, the field and an error.
local function match(rule, subject, now, state)
  local conditions = rule.conditions
  if rule.during and not rule.during(now) then return false, "during", "expected another time" end
  for place = 1, #conditions do
    local one = conditions[place]
    local answer, reason = one.test(subject, state)
    if not answer then return answer, one.name, reason end
  end
  return true
end

-- A key to draw by: text, integers and money are keys.
local function text_of(value)
  if type(value) == "string" and value ~= "" then return value end
  if type(value) == "number" and value % 1 == 0 then
    -- beyond 64 bits there are no integers, but such numbers are keys like others
    return (math.abs(value) < 2 ^ 63 and "%d" or "%.0f"):format(value)
  end
  if type(value) == "boolean" or money.is(value) then return tostring(value) end
  return nil
end

-- The accounts of a rule in its order, and the draw of a split.
local function targets(rule, subject)
  if rule.accounts then return rule.accounts end
  local key, by = text_of(rule.read_by(subject)), rule.by
  -- without it, by what every payment has, so that each try of one payment is drawn alike
  if not key then key, by = text_of(subject.order_id) or "", "order_id" end
  local order = {}
  local list = split.draw(rule.weights, rule.salt, key)
  for place, one in ipairs(list) do order[place] = one.account end
  return order, { by = by, accounts = list }
end

-- Why an account of the chosen rule is not used: text, an error where the provider is the reason, and the moment of
-- its next probe where its breaker is; or nil.
local function step_back(routes, name, call, subject)
  local settings = routes.settings[name]
  if settings then
    if settings.maintenance and settings.maintenance(call.now_ms) then return "its maintenance is under way" end
    local over = call.usage and call.usage:over(name, settings.limits, subject.amount, call.now_ms)
    if over then return over end
  end
  local err = call.fits and call.fits(name)
  if err then return tostring(err), err end
  if not call.health then return nil end
  local fine, why, probes_from = call.health(name)
  if fine then return nil end
  return why, nil, probes_from
end

local function raised(rule, message)
  return errors.new { kind = "internal", message = ("the rule `%s` failed: %s"):format(rule.name, message) }
end

local function none_left(rule, skipped)
  local kind, fields, passes = "unsupported", {}, nil
  for place, one in ipairs(skipped) do
    fields[place] = { field = one.account, message = one.reason }
    -- a maintenance or a limit, which is over some time
    if not one.err then passes = true end
    if one.err and one.err.kind ~= "unsupported" then kind = "invalid" end
  end
  if #skipped == 1 and skipped[1].err then return skipped[1].err end
  return errors.new { kind = kind, message = ("no account of the rule `%s` fits"):format(rule.name), fields = fields,
    retryable = passes }
end

--- The next account of a decision that can be used, which is added to its `accounts`; nil after the last.
function M.more(routes, decision)
  local order = decision.order
  while decision.looked < #order do
    decision.looked = decision.looked + 1
    local name = order[decision.looked]
    local reason, err, probes_from = step_back(routes, name, decision.call, decision.subject)
    if not reason then
      decision.accounts[#decision.accounts + 1] = name
      return name
    end
    decision.skipped[#decision.skipped + 1] = { account = name, reason = reason, err = err, probes_from = probes_from }
  end
  return nil
end

-- Breakers step back, they do not refuse: where nothing but they stands against every account that could be used, it
-- is the one that is probed first. (A breaker that is wrong must not turn some failures into an outage.)
local function last_resort(decision)
  local found
  for place, one in ipairs(decision.skipped) do
    local best = decision.skipped[found]
    if one.probes_from and (not best or one.probes_from < best.probes_from) then found = place end
  end
  if not found then return end
  local one = table.remove(decision.skipped, found)
  decision.accounts[1], decision.forced = one.account, one.reason
end

-- The decision of the rule that matched. Accounts behind the first that can be used are looked at when it is
-- their turn, unless all are wanted.
local function settle(routes, rule, call, subject)
  local order, draw = targets(rule, subject)
  local decision = { rule = rule, accounts = {}, order = order, skipped = {}, draw = draw, subject = subject,
    looked = 0, call = call }
  repeat local name = M.more(routes, decision) until not name or not call.all
  if #decision.accounts == 0 then last_resort(decision) end
  if #decision.accounts == 0 then return nil, none_left(rule, decision.skipped), decision end
  return decision
end

local function no_rule()
  return errors.new { kind = "unsupported", message = "no rule takes this payment" }
end

--- Decides a call = { params =, operation =, now_ms =, fits = function(name) that answers why the provider cannot
-- serve it, or nil; usage = (of obol.route.limit); health = function(name) that answers true, or false, why its
-- breaker lets nobody call it, and the moment of its next probe; all = true }. Answers { rule =, accounts = (the one
-- to use; with `all` every one that can be, in order), order = (the rule's whole order), skipped = list of { account
-- =, reason =, err = }, draw =, subject =, forced = (why the one account should step back that is used all the same,
-- because every other does too) }; or nil and an error: of kind `internal` when a rule raised, `unsupported` or
-- `invalid` when no rule or account fits; then also the decision as far as it came.
function M.run(routes, call)
  local subject, state = subjects.new(call.params, call.operation), {}
  for _, rule in ipairs(routes.rules) do
    local matched, _, reason = match(rule, subject, call.now_ms, state)
    if matched == nil then return nil, raised(rule, reason) end
    if matched then return settle(routes, rule, call, subject) end
  end
  return nil, no_rule()
end

-- One rule's line of the trace.
local function line_of(rule, path, matched, name, reason)
  return { name = rule.name, place = rule.place, file = path, line = rule.line, matched = matched or false,
    raised = matched == nil or nil, field = name, reason = reason }
end

--- The same with the trace: the decision or nil, the error or nil, and a list of every rule, each { name =, place =,
-- file =, line =, matched =, chosen =, raised =, field =, reason = }. Rules behind the one that decided are looked
-- at too, which changes nothing.
function M.explain(routes, call)
  local subject, trace, state = subjects.new(call.params, call.operation), {}, {}
  call.all = true
  local decision, err, so_far
  local decided = false
  for place, rule in ipairs(routes.rules) do
    local matched, name, reason = match(rule, subject, call.now_ms, state)
    local line = line_of(rule, routes.path, matched, name, reason)
    trace[place] = line
    if decided then
      line.reason = matched and "an earlier rule decided" or reason
    elseif matched == nil then
      decided, err = true, raised(rule, reason)
    elseif matched then
      decided, line.chosen, line.reason = true, true, "every condition holds"
      decision, err, so_far = settle(routes, rule, call, subject)
    end
  end
  if not decided then err = no_rule() end
  return decision, err, trace, decision or so_far
end

return M
