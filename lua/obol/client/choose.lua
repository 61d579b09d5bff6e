--- Which account serves a call: those that fit, with the reason why the others do not.

local account_words = require "obol.client.account_words"
local errors = require "obol.error"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local limits = require "obol.client.limits"
local money = require "obol.money"
local nearest = require "obol.nearest"

-- Loaded where a configuration has rules.
local function route() return require "obol.route" end

local M = {}

local function has(list, wanted)
  for _, value in ipairs(list or {}) do
    if value == wanted then return true end
  end
  return false
end

local function currency_of(params)
  if money.is(params.amount) then return params.amount:currency() end
  return type(params.currency) == "string" and params.currency or nil
end

-- nil when the account fits; else the error that says why it does not.
local function misfit(client, name, operation, params)
  local account = client.accounts[name]
  if not account:supports(operation) then
    return fault.unsupported("the provider has no " .. operation, name)
  end
  local taken = account_words.of(account)
  if params.method ~= nil and not has(taken.methods, params.method) then
    return fault.unsupported("the provider does not take this method", name)
  end
  local currency = taken.currencies and currency_of(params)
  if currency and not has(taken.currencies, currency) then
    return fault.unsupported("the provider does not take this currency", name)
  end
  local plan, err = account:plan(operation, params)
  if not plan then
    err.account = err.account or name
    return err
  end
  return nil
end

--- Looks at every account: a list of { account =, provider =, fits =, err = } in the order of names.
function M.look(client, operation, params, only)
  local seen = {}
  for _, name in ipairs(client.names) do
    if not only or only == name then
      local err = misfit(client, name, operation, params)
      seen[#seen + 1] = { account = name, provider = client.accounts[name].provider, fits = err == nil, err = err }
    end
  end
  return seen
end

-- An account's error in words, where its name stands beside them.
local function reason_of(err)
  return tostring(errors.new { kind = err.kind, message = err.message, field = err.field, fields = err.fields })
end

-- The error when nothing fits: the only account's own, or one that lists each reason.
local function none_fits(seen)
  if #seen == 1 then return seen[1].err end
  local fields, kind = {}, "unsupported"
  for _, entry in ipairs(seen) do
    fields[#fields + 1] = { field = entry.account, message = reason_of(entry.err) }
    if entry.err.kind ~= "unsupported" then kind = "invalid" end
  end
  local err = fault.unsupported("no account fits")
  err.kind, err.fields = kind, fields
  return err
end

--- The name of the account to use, or nil and an error.
function M.pick(client, operation, params, options)
  local seen = M.look(client, operation, params, options.account)
  local found
  for _, entry in ipairs(seen) do
    if entry.fits and found then
      return nil, fault.invalid("options.account", "expected the account's name, because several fit")
    end
    if entry.fits then found = entry.account end
  end
  if found then return found end
  return nil, none_fits(seen)
end

local routed = { ["payment.create"] = true, ["subscription.create"] = true }

local function by_rules(client, operation, options)
  return client.routes ~= nil and options.account == nil and routed[operation] == true
end

local function question(client, operation, params)
  return { params = params, operation = operation, now_ms = client.clock(), usage = client.usage,
    fits = function(name) return misfit(client, name, operation, params) end,
    health = function(name) return client.health:allows(name, operation) end }
end

--- Decides which account is to be tried: { accounts = { name }, rule = (its name), failover = (nil: no other account
-- is tried), more = (a function that adds the next account, in order, and answers it; nil after the last), forced =
-- (it is used although it should step back, because every other does) }, or nil and an error. Where there are no
-- rules, or the caller names the account, it is that one, whatever its breaker says.
function M.decide(client, operation, params, options)
  if not by_rules(client, operation, options) then
    local name, err = M.pick(client, operation, params, options)
    return name and { accounts = { name }, more = function() end } or nil, err
  end
  local ok, err = limits.prepare(client)
  if not ok then return nil, err end
  local decision
  decision, err = route().decide(client.routes, question(client, operation, params))
  if not decision then return nil, err end
  local routes = client.routes
  return { accounts = decision.accounts, rule = decision.rule.name, failover = decision.rule.failover,
    forced = decision.forced ~= nil,
    more = function() return route().more(routes, decision) end }
end

-- Rules that are not in use: loaded, or nil and an error with all that is wrong in `fields`.
local function candidate(client, source)
  local loaded, wrong = route().load(source, client.accounts)
  if loaded then return loaded end
  return nil, errors.new { kind = "invalid", message = "the rules cannot be used", fields = wrong }
end

--- Runs what is expected beside the rules: see obol.route.expect. Limits that are used up and breakers that are open
-- play no part in it. options: `routes`: other rules, a path or a table.
function M.test(client, options)
  local routes, err = client.routes
  for key, source in pairs(options or {}) do
    if key == "routes" then
      routes, err = candidate(client, source)
    else
      err = fault.invalid("options." .. tostring(key), "expected a known option" .. nearest.hint(key, { routes = 1 }))
    end
    if err then return nil, err end
  end
  if not routes then return nil, fault.unsupported "the configuration has no `routes`" end
  return route().expectations(routes, { now_ms = client.clock(),
    fits = function(name, params, operation) return misfit(client, name, operation, params) end })
end

-- One account's line: `seen` is that of M.look.
local function line_of(client, seen, operation, params, token)
  local request, problem
  if seen.fits then
    request, problem = exchange.encode(client, { account = seen.account, operation = operation, params = params,
      key = "explain", token = token })
    exchange.discard(request)
  end
  return { account = seen.account, provider = seen.provider, fits = seen.fits,
    reason = seen.err and reason_of(seen.err) or "fits", problem = problem }
end

-- What the rules say of the accounts, in their lines.
local function add_rules(client, answer, so_far, trace)
  local rule, places, reasons = so_far and so_far.rule.name, {}, {}
  for place, name in ipairs(so_far and so_far.accounts or {}) do places[name] = place end
  for _, one in ipairs(so_far and so_far.skipped or {}) do reasons[one.account] = one.reason end
  answer.rule, answer.rules, answer.order = rule, trace, so_far and so_far.accounts or {}
  answer.draw = so_far and so_far.draw
  for _, line in ipairs(answer.accounts) do
    line.place = places[line.account]
    local apart = rule and ("fits, but the rule `%s` does not name it"):format(rule) or "fits, but no rule names it"
    if line.fits and not line.place then line.reason = reasons[line.account] or apart end
    if line.place then
      local _, note = client.health:allows(line.account, answer.operation)
      if so_far.forced then
        line.reason = so_far.forced .. "; tried all the same, because no other account is left"
      elseif note then
        line.reason = "fits; " .. note
      end
    end
  end
end

--- What `pay:explain` answers: operation, the account that would be used (or nil and `error`), and
-- every account with whether it fits and why not. One that fits and would refuse the call as it is
-- written has the error as `problem`. Where rules decide, also `rule`, `rules`, `order` and `draw`.
function M.explain(client, operation, params, options)
  local answer = { operation = operation, accounts = {} }
  for _, seen in ipairs(M.look(client, operation, params, options.account)) do
    answer.accounts[#answer.accounts + 1] = line_of(client, seen, operation, params, options.token)
  end
  if not by_rules(client, operation, options) then
    answer.account, answer.error = M.pick(client, operation, params, options)
    return answer
  end
  local ok, err = limits.prepare(client)
  if not ok then return nil, err end
  local decision, trace, so_far
  decision, answer.error, trace, so_far = route().explain(client.routes, question(client, operation, params))
  answer.account = decision and decision.accounts[1]
  add_rules(client, answer, so_far, trace)
  return answer
end

return M
