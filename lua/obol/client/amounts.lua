--- Amounts between callers (`obol.money`, or text with a currency) and the ledger (text, currency).

local fault = require "obol.client.fault"
local money = require "obol.money"

local M = {}

--- The money of a caller's `amount` and `currency`: money; nil when there is none; or nil and an
-- error. `field` prefixes the error's path.
function M.read(amount, currency)
  if amount == nil and currency == nil then return nil end
  if amount == nil then return nil, fault.invalid("amount", "expected an amount with the currency") end
  local value, err
  if type(amount) == "string" or type(amount) == "number" then
    if type(currency) ~= "string" then
      return nil, fault.invalid("currency", "expected an ISO 4217 code, such as `USD`")
    end
    if type(amount) == "number" then
      return nil, fault.invalid("amount", "expected text such as `8.88`, because a number may be inexact")
    end
    value, err = money(amount, currency)
    if not value then
      return nil, fault.invalid(err.field or "amount", err.message)
    end
  else
    if not money.is(amount) then
      return nil, fault.invalid("amount", "expected text such as `8.88`, or obol.money")
    end
    value = amount
    if currency ~= nil and currency ~= amount:currency() then
      return nil, fault.invalid("currency", "expected the currency of the amount")
    end
  end
  if value:sign() <= 0 then return nil, fault.invalid("amount", "expected more than zero") end
  return value
end

--- The two columns of an amount.
function M.to_row(value)
  if not value then return nil, nil end
  return value:format(), value:currency()
end

--- Money from the two columns, or nil.
function M.of_row(amount, currency)
  if not amount then return nil end
  return (money(amount, currency))
end

--- Nothing of this currency.
function M.zero(currency)
  return currency and (money("0", currency)) or nil
end

return M
