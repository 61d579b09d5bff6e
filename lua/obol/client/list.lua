--- Pages of recorded rows.

local fault = require "obol.client.fault"
local nearest = require "obol.nearest"
local states = require "obol.ledger.states"

local M = {}

local common = { from_ms = true, to_ms = true, limit = true, cursor = true }
local lua_type = { text = "string", flag = "boolean" }
local kind_of = { payments = "payment", refunds = "refund", subscriptions = "subscription", flows = "flow" }

local function is_integer(value, low, high)
  return type(value) == "number" and value == math.floor(value) and value >= low and value <= high
end

local function is_cursor(value)
  return type(value) == "string" and #value <= 15 and value:find "^%d+$" ~= nil
end

local function check(query, filters)
  local where, known = {}, {}
  for key in pairs(common) do known[key] = true end
  for key in pairs(filters) do known[key] = true end
  for key, value in pairs(query) do
    if not known[key] then
      return nil, fault.invalid(tostring(key), "expected a known filter" .. nearest.hint(key, known))
    end
    if filters[key] then
      if type(value) ~= lua_type[filters[key]] then
        return nil, fault.invalid(key, "expected a " .. lua_type[filters[key]])
      end
      where[key == "customer" and "customer_id" or key] = value
    end
  end
  return where
end

-- `customer` is the word of find and of a call's parameters.
local function check_customer(query)
  local given, same = query.customer, query.customer_id
  if given == nil or same == nil or given == same then return true end
  return nil, fault.invalid("customer", "expected the same customer as in `customer_id`")
end

-- A misspelt state would list nothing, as if there were nothing to look after.
local function check_status(name, status)
  local known = states.transitions[kind_of[name]]
  if status == nil or not known or known[status] then return true end
  local hint = nearest.hint(status, known)
  if hint == "" then
    local names = {}
    for state in pairs(known) do names[#names + 1] = state end
    table.sort(names)
    hint = ": " .. table.concat(names, ", ")
  end
  return nil, fault.invalid("status", "expected a state of a " .. kind_of[name] .. hint)
end

--- Lists rows of `name` that fit the query, each through `show`: a list and the cursor of the next
-- page, or nil and an error.
function M.run(client, name, query, filters, show)
  if query ~= nil and type(query) ~= "table" then error("expected a query as a table", 2) end
  query = query or {}
  local where, err = check(query, filters)
  if not where then return nil, err end
  local fine
  fine, err = check_status(name, where.status)
  if fine then fine, err = check_customer(query) end
  if not fine then return nil, err end
  for _, key in ipairs { "from_ms", "to_ms" } do
    if query[key] ~= nil and not is_integer(query[key], 0, 2 ^ 53) then
      return nil, fault.invalid(key, "expected milliseconds since 1970")
    end
  end
  if query.limit ~= nil and not is_integer(query.limit, 1, 1000) then
    return nil, fault.invalid("limit", "expected an integer from 1 to 1000")
  end
  if query.cursor ~= nil and not is_cursor(query.cursor) then
    return nil, fault.invalid("cursor", "expected the cursor of an earlier page")
  end
  local rows, cursor = client.ledger:list(name, { where = where, from_ms = query.from_ms, to_ms = query.to_ms,
    after = query.cursor, limit = query.limit or 100 })
  if not rows then return nil, cursor end
  local shown = {}
  for place, row in ipairs(rows) do shown[place] = show(client, row) end
  return shown, cursor
end

return M
