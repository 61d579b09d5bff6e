--- One rule: from what is written to what decides.

local condition = require "obol.route.condition"
local duration = require "obol.route.duration"
local field = require "obol.route.field"
local nearest = require "obol.nearest"
local plain = require "obol.route.plain"
local window = require "obol.route.window"

local M = {}

local known = { name = true, when = true, during = true, to = true, split = true, by = true, salt = true,
  failover = true }
local failover_keys = { hops = true, within = true, on = true, declined = true }

-- Outcomes that prove that no money moved, whatever the provider's code. A decline is one too, but is a
-- judgement on the payer: it moves on only by the codes that are listed.
local PROOFS = { not_sent = true, rejected = true, abandoned = true }

local MAX_HOPS = 9

local function check_account(name, accounts)
  if type(name) ~= "string" then return "expected an account's name" end
  if accounts[name] then return nil end
  return "expected a configured account" .. nearest.hint(name, accounts)
end

local function targets(to, accounts, add)
  local list, seen = {}, {}
  if to == nil or (type(to) == "table" and next(to) == nil) then
    add({ "to" }, "expected an account's name, or a list in order of preference")
    return list
  end
  if type(to) == "table" then
    plain.check(to, "expected a list in order of preference", function(keys, message)
      add({ "to", keys[1] }, message)
    end)
  end
  for place, name in ipairs(type(to) == "table" and to or { to }) do
    local problem = check_account(name, accounts) or (seen[name] and "expected each account once")
    if problem then
      add(type(to) == "table" and { "to", place } or { "to" }, problem)
    else
      list[#list + 1], seen[name] = name, true
    end
  end
  return list
end

local function weights_of(split, accounts, add)
  local list, sum = {}, 0
  if type(split) ~= "table" then
    add({ "split" }, "expected a table from accounts to weights")
    return list
  end
  for name, weight in pairs(split) do
    local problem = check_account(name, accounts)
    if problem then
      add({ "split", name }, problem)
    elseif type(weight) ~= "number" or weight % 1 ~= 0 or weight < 0 or weight > 1000000 then
      add({ "split", name }, "expected a weight that is an integer from 0 to 1000000")
    else
      list[#list + 1], sum = { account = name, weight = weight }, sum + weight
    end
  end
  if sum == 0 and #list > 0 or next(split) == nil then add({ "split" }, "expected one weight above 0 at least") end
  table.sort(list, function(a, b) return a.account < b.account end)
  return list
end

local function text_set(list, key, allowed, add)
  local set = {}
  if list == nil then return set end
  if type(list) ~= "table" then
    add({ "failover", key }, "expected a list")
    return set
  end
  plain.check(list, "expected a list", function(keys, message) add({ "failover", key, keys[1] }, message) end)
  for place, value in ipairs(list) do
    if type(value) == "number" and value % 1 == 0 then value = ("%d"):format(value) end
    if type(value) ~= "string" or (allowed and not allowed[value]) then
      add({ "failover", key, place }, allowed and "expected `not_sent`, `rejected` or `abandoned`"
        or "expected a code of a decline, as text")
    else
      set[value] = true
    end
  end
  return set
end

-- When the next account is tried: { hops =, within_ms =, on = set, declined = set of codes }.
local function failover_of(given, add)
  if given == nil then return { hops = MAX_HOPS, on = PROOFS, declined = {} } end
  if given == false then return { hops = 0, on = {}, declined = {} } end
  if type(given) ~= "table" then
    add({ "failover" }, "expected a table, or false")
    return nil
  end
  for key in pairs(given) do
    if not failover_keys[key] then
      add({ "failover", key }, "expected `hops`, `within`, `on` or `declined`" .. nearest.hint(key, failover_keys))
    end
  end
  local hops, within = given.hops == nil and MAX_HOPS or given.hops, nil
  if type(hops) ~= "number" or hops % 1 ~= 0 or hops < 0 or hops > MAX_HOPS then
    add({ "failover", "hops" }, "expected an integer from 0 to 9")
  end
  if given.within ~= nil then
    within = duration(given.within)
    if not within then add({ "failover", "within" }, "expected a span of time, such as `10s`") end
  end
  return { hops = hops, within_ms = within, on = given.on == nil and PROOFS or text_set(given.on, "on", PROOFS, add),
    declined = text_set(given.declined, "declined", nil, add) }
end

local function add_split(rule, given, context, add)
  rule.weights = weights_of(given.split, context.accounts, add)
  if given.to ~= nil then add({ "to" }, "expected either `to` or `split`") end
  if given.name == nil then add({ "name" }, "expected a name, because the draws of a split hang on it") end
  if given.salt ~= nil and (type(given.salt) ~= "string" or given.salt == "" or #given.salt > 256) then
    add({ "salt" }, "expected text of 256 bytes at most")
  end
  rule.salt, rule.by = given.salt or given.name, given.by == nil and "order_id" or given.by
  local problem
  rule.read_by, problem = field.compile(rule.by, context.fields)
  if not rule.read_by then add({ "by" }, problem) end
end

--- The rule that `given` writes: { name =, place =, conditions =, during = (function or nil), accounts = list, or
-- weights =, by =, read_by =, salt =; failover = }. context = { accounts = (names as keys), fields = }. What is
-- wrong goes to `add(keys, message)`.
function M.compile(given, place, context, add)
  if type(given) ~= "table" then
    add({}, "expected a rule as a table")
    return nil
  end
  for key in pairs(given) do
    if not known[key] then add({ key }, "expected a known word" .. nearest.hint(key, known)) end
  end
  if given.name ~= nil and (type(given.name) ~= "string" or not given.name:find "^[%w_. -]+$" or #given.name > 64) then
    add({ "name" }, "expected text of 1 to 64 letters, digits, `_`, `-`, `.` and blanks")
  end
  local rule = { name = given.name or ("rule %d"):format(place), place = place }
  rule.conditions = condition.compile(given.when, context.fields, function(keys, message)
    add({ "when", keys[1] }, message)
  end)
  rule.during = window.compile(given.during, function(keys, message) add({ "during", keys[1] }, message) end)
  rule.failover = failover_of(given.failover, add)
  if given.split ~= nil then
    add_split(rule, given, context, add)
  else
    rule.accounts = targets(given.to, context.accounts, add)
    for _, key in ipairs { "by", "salt" } do
      if given[key] ~= nil then add({ key }, "expected it with `split` alone") end
    end
  end
  return rule
end

return M
