--- Expectations beside the rules: payments with the rule or accounts that they are to come to.

local decide = require "obol.route.decide"
local nearest = require "obol.nearest"
local plain = require "obol.route.plain"
local window = require "obol.route.window"

local M = {}

local MAX = 10000

local known = { name = true, payment = true, operation = true, at = true, rule = true, to = true, refused = true }

local function check_targets(to, context)
  local problem
  if type(to) == "table" then
    plain.check(to, "expected an account, or a list of accounts", function(_, message) problem = message end)
    if problem then return problem end
  end
  for _, name in ipairs(type(to) == "table" and to or { to }) do
    if type(name) ~= "string" or not context.accounts[name] then
      return "expected a configured account" .. nearest.hint(name, context.accounts)
    end
  end
  return nil
end

local function check(given, rules, context, add)
  for key in pairs(given) do
    if not known[key] then add({ key }, "expected a known word" .. nearest.hint(key, known)) end
  end
  if type(given.payment) ~= "table" then add({ "payment" }, "expected a payment as a table") end
  if given.operation ~= nil and given.operation ~= "payment.create" and given.operation ~= "subscription.create" then
    add({ "operation" }, "expected payment.create or subscription.create")
  end
  if given.at ~= nil and not window.moment(given.at) then
    add({ "at" }, "expected a moment such as `2026-03-01T22:00Z`")
  end
  local problem = given.to ~= nil and check_targets(given.to, context)
  if problem then add({ "to" }, problem) end
  if given.rule ~= nil and not rules[given.rule] then
    add({ "rule" }, "expected a rule's name" .. nearest.hint(given.rule, rules))
  end
  if given.rule == nil and given.to == nil and given.refused == nil then
    add({}, "expected `rule`, `to` or `refused`")
  elseif given.refused ~= nil and given.refused ~= true then
    add({ "refused" }, "expected true or nothing")
  elseif given.refused and given.to ~= nil then
    add({ "to" }, "expected either `to` or `refused`")
  end
end

--- The expectations in `list`, checked; what is wrong goes to `add(keys, message)`.
function M.compile(list, rules, context, add)
  local names, found = {}, {}
  for _, rule in ipairs(rules) do names[rule.name] = true end
  if list == nil then return found end
  if type(list) ~= "table" then
    add({}, "expected a list of expectations")
    return found
  end
  for key in pairs(list) do
    if type(key) ~= "number" or key > #list then add({ key }, "expected a list of expectations") end
  end
  if #list > MAX then
    add({}, "expected 10000 expectations at most")
    return found
  end
  for place, given in ipairs(list) do
    if type(given) ~= "table" then
      add({ place }, "expected an expectation as a table")
    else
      check(given, names, context, function(keys, message) add({ place, keys[1], keys[2] }, message) end)
      found[#found + 1] = { given = given, place = place, at_ms = window.moment(given.at),
        name = type(given.name) == "string" and given.name or ("expectation %d"):format(place) }
    end
  end
  return found
end

-- What differs from the expectation: text, or nil.
local function compare(given, decision, err, so_far)
  local rule = (decision or so_far or {}).rule
  if given.rule ~= nil and (not rule or rule.name ~= given.rule) then
    return ("expected the rule `%s`, found %s"):format(given.rule, rule and "`" .. rule.name .. "`" or tostring(err))
  end
  if given.refused then
    return decision and ("expected a refusal, found `%s`"):format(decision.accounts[1]) or nil
  end
  if given.to == nil then return not decision and tostring(err) or nil end
  local wanted = type(given.to) == "table" and given.to or { given.to }
  local found = decision and decision.accounts or {}
  local is_list, differs = type(given.to) == "table", false
  for place, name in ipairs(wanted) do differs = differs or found[place] ~= name end
  if not differs and not (is_list and #found ~= #wanted) then return nil end
  local words = decision and "`" .. table.concat(found, "`, `", 1, is_list and #found or 1) .. "`" or tostring(err)
  return ("expected `%s`, found %s"):format(table.concat(wanted, "`, `"), words)
end

--- Runs all expectations: a list of { name =, line =, ok =, problem = } and how many failed. about = { now_ms =, fits =
-- function(name, params, operation) }.
function M.run(routes, about)
  local results, failed = {}, 0
  for place, one in ipairs(routes.expectations) do
    local given = one.given
    local operation = given.operation or "payment.create"
    local decision, err, so_far = decide.run(routes, { params = given.payment, operation = operation,
      all = true, now_ms = one.at_ms or about.now_ms,
      fits = about.fits and function(name) return about.fits(name, given.payment, operation) end })
    local problem = compare(given, decision, err, so_far)
    results[place] = { name = one.name, line = one.line, ok = problem == nil, problem = problem }
    if problem then failed = failed + 1 end
  end
  return results, failed
end

return M
