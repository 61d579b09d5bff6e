--- The question whether a customer has paid for an item: asked of the provider where that can find
-- payments, else answered from the ledger.

local choose = require "obol.client.choose"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local list = require "obol.client.list"
local session = require "obol.client.session"
local view = require "obol.client.view"

local M = {}

local FIND = "payment.find"
local known = { customer = true, item = true, extra = true }
local filters = { customer_id = "text", product_id = "text" }

local function text_of(value)
  if type(value) == "number" and value % 1 == 0 then return ("%d"):format(value) end
  return value
end

-- The payments with `paid` beside them.
local function answer(found)
  found.paid = false
  for place = 1, #found do
    local status = found[place].outcome or found[place].status
    if status == "succeeded" then found.paid = true end
  end
  return found
end

-- The ids that are asked for, as texts; either may be nil.
local function ids_of(query)
  local customer, item = query.customer, query.item
  if type(customer) == "table" then customer = customer.id end
  if type(item) == "table" then item = item.product_id end
  return text_of(customer), text_of(item)
end

local function recorded(client, query)
  local customer, item = ids_of(query)
  if customer == nil and item == nil then return nil, fault.invalid("customer", "expected a customer or an item") end
  local where = { customer_id = customer, product_id = item, limit = 1000 }
  local found, err = list.run(client, "payments", where, filters, view.payment)
  if not found then return nil, err end
  return answer(found)
end

-- Whether the provider is to be asked: what only it can answer was asked for, or no account is left
-- whose payments the ledger alone knows.
local function is_asked(client, query, options)
  if options.account then return client.accounts[options.account]:supports(FIND) end
  local all, any = true, false
  for _, name in ipairs(client.names) do
    local can = client.accounts[name]:supports(FIND)
    all, any = all and can, any or can
  end
  return all or any and (options.token ~= nil or query.extra ~= nil)
end

-- What the provider tells of a payment, with the order that is recorded for it.
local function known_order(client, name, entry)
  if entry.order_id or not entry.provider_id then return entry end
  local where = { provider_id = entry.provider_id, account = name }
  local rows = client.ledger:list("payments", { where = where, limit = 1 })
  if rows and rows[1] then entry.order_id = rows[1].order_id end
  return entry
end

local function asked(client, query, options)
  local customer, item = ids_of(query)
  local params = { customer = customer and { id = customer }, item = item and { product_id = item },
    extra = query.extra }
  local name, err = choose.pick(client, FIND, params, options)
  if not name then return nil, err end
  if not options.token and session.has_payers(client.accounts[name]) then
    return nil, fault.unsupported("the provider shows orders to their payer alone: expected options.token", name)
  end
  local result
  result, err = exchange.ask(client, { account = name, operation = FIND, params = params, token = options.token,
    deadline = options.deadline, expect = { product_id = item } })
  if not result then
    if err.kind == "not_found" then return answer {} end
    return nil, err
  end
  local found = {}
  for place, entry in ipairs(result.payments or {}) do found[place] = known_order(client, name, entry) end
  answer(found)
  -- Of the item that was asked for, where the list may hold others.
  if result.payment then found.paid = result.outcome == "succeeded" end
  return found
end

--- The payments that fit `query`, with `paid` (whether one of them succeeded) beside them; or nil and
-- an error.
function M.run(client, query, options)
  for key in pairs(query) do
    if not known[key] then return nil, fault.invalid(tostring(key), "expected `customer`, `item` or `extra`") end
  end
  if is_asked(client, query, options) then return asked(client, query, options) end
  if query.extra ~= nil then
    return nil, fault.unsupported("no account's provider can find payments by `extra`")
  end
  return recorded(client, query)
end

return M
