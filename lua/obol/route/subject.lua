--- A payment as rules see it: its fields under their long names, the amount as exact money, no secrets.

local money = require "obol.money"
local nearest = require "obol.nearest"

local M = {}

-- More than a payment has; a table that holds itself would go on for ever.
local MAX_DEPTH, MAX_MEMBERS = 8, 5000

local function amount_of(params)
  local amount, currency = params.amount, params.currency
  if money.is(amount) then return amount end
  if type(amount) ~= "string" or type(currency) ~= "string" then return nil end
  return (money(amount, currency))
end

--- The subject of a call: its members are those of `params`, with `customer` and `items` written out,
-- `amount` as money (nil where it is none) and the `operation`.
function M.new(params, operation)
  local subject = {}
  for name, value in pairs(params) do subject[name] = value end
  subject.operation, subject.amount = operation, amount_of(params)
  if subject.amount then subject.currency = subject.amount:currency() end
  if params.customer ~= nil and type(params.customer) ~= "table" then subject.customer = { id = params.customer } end
  if params.items == nil and type(params.item) == "table" then subject.items = { params.item } end
  subject.item = nil
  return subject
end

local plain = { string = true, number = true, boolean = true }

local function copy(value, path, secrets, depth, budget)
  if plain[type(value)] then return value end
  if type(value) ~= "table" then return money.is(value) and value or nil end
  local copied = {}
  if depth > MAX_DEPTH then return nil end
  for key, member in pairs(value) do
    budget.left = budget.left - 1
    if budget.left < 0 then return copied end
    local at = type(key) == "number" and path .. "[1]" or path .. "." .. tostring(key)
    if not secrets[at] then copied[key] = copy(member, at, secrets, depth + 1, budget) end
  end
  return copied
end

-- What makes the views of a subject; `fields` is that of obol.route.field.
local function new_meta(subject, fields)
  local function take(view, name)
    local value = subject[name]
    if value == nil and not fields.first[name] then
      error("expected a field of a payment" .. nearest.hint(name, fields.first), 2)
    end
    if value == nil or type(name) ~= "string" or fields.secrets[name] then return nil end
    value = copy(value, name, fields.secrets, 1, { left = MAX_MEMBERS })
    rawset(view, name, value)
    return value
  end
  local function fill(view)
    for name in pairs(subject) do
      if rawget(view, name) == nil then take(view, name) end
    end
  end
  -- `fill` is for what goes through all members
  return { __index = take, fill = fill }
end

--- What a rule's function gets: a table of its own, filled when a member is asked for, so that what one
-- function writes into it no other sees. A member that no payment can have raises. `state` is a table that the
-- views of one decision share.
function M.view(subject, fields, state)
  local meta = state.meta
  if not meta then
    meta = new_meta(subject, fields)
    state.meta = meta
  end
  return setmetatable({}, meta)
end

return M
