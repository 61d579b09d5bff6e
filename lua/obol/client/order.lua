--- The members of a payment that the client itself reads, whatever the provider; the account checks
-- the rest.

local amounts = require "obol.client.amounts"
local fault = require "obol.client.fault"

local M = {}

-- Ids by which rows are found: an index of PostgreSQL takes no longer texts than 2700 bytes.
M.MAX_ID = 512

-- Ids may be integers or text; in the ledger they are text.
local function id_text(value)
  if type(value) == "number" and value % 1 == 0 and math.abs(value) <= 9007199254740991 then
    return ("%d"):format(value)
  end
  return type(value) == "string" and value or nil
end

local function first_item(params)
  local item = params.item
  if item == nil and type(params.items) == "table" then item = params.items[1] end
  return type(item) == "table" and item or {}
end

--- The product of the first item, as text, or nil.
function M.product_of(params)
  return id_text(first_item(params).product_id)
end

local function count(value)
  local number = tonumber(value)
  return number and number % 1 == 0 and math.abs(number) <= 9007199254740991 and math.floor(number) or nil
end

--- Whether `value` can name an order or a refund: text of 1 to 128 bytes without control characters.
function M.is_id(value)
  return type(value) == "string" and #value >= 1 and #value <= 128 and not value:find("%c")
end

-- What the ledger is asked by has to fit its indexes: true, or nil and an error.
local function check_lengths(ids)
  for _, field in ipairs { "customer.id", "items[1].product_id" } do
    if ids[field] and #ids[field] > M.MAX_ID then
      return nil, fault.invalid(field, ("expected text of %d bytes at most"):format(M.MAX_ID))
    end
  end
  return true
end

--- Reads a payment's order_id, amount (money or nil), customer_id, product_id, quantity, interval and
-- cycles; or nil and an error.
function M.read(params)
  if not M.is_id(params.order_id) then
    return nil, fault.invalid("order_id", "expected text of 1 to 128 bytes without control characters")
  end
  local amount, err = amounts.read(params.amount, params.currency)
  if err then return nil, err end
  local item = first_item(params)
  local quantity = tonumber(item.quantity) or 1
  if quantity < 1 or quantity > 10000 or quantity ~= math.floor(quantity) then
    return nil, fault.invalid("items[1].quantity", "expected an integer from 1 to 10000")
  end
  -- customer = "u-7" is short for customer = { id = "u-7" }
  local customer = type(params.customer) == "table" and params.customer or { id = params.customer }
  local customer_id, product_id = id_text(customer.id), M.product_of(params)
  local fits
  fits, err = check_lengths { ["customer.id"] = customer_id, ["items[1].product_id"] = product_id }
  if not fits then return nil, err end
  return {
    order_id = params.order_id, amount = amount, quantity = quantity,
    customer_id = customer_id, product_id = product_id,
    interval = type(params.interval) == "string" and params.interval or nil, cycles = count(params.cycles),
  }
end

--- The caller's own text that the provider gives back unchanged, `extra.<provider>.echo`, or nil.
function M.echo(params, provider)
  local extra = type(params.extra) == "table" and params.extra[provider]
  local echo = type(extra) == "table" and extra.echo
  return type(echo) == "string" and echo ~= "" and echo or nil
end

--- Whether a call speaks of the payment that is recorded: true, or nil and a `conflict`.
function M.same(row, operation, order)
  local text, currency = amounts.to_row(order.amount)
  if row.operation ~= operation then
    return nil, fault.conflict("expected the operation that this order_id was first used for", row.account)
  end
  if row.amount ~= text or row.currency ~= currency then
    return nil, fault.conflict("expected the amount and currency of the recorded payment", row.account)
  end
  -- Without an amount the product stands for it.
  if not text and row.product_id ~= order.product_id then
    return nil, fault.conflict("expected the product of the recorded payment", row.account)
  end
  return true
end

return M
