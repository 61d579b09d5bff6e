--- Whose notification it is: the recorded attempt, payment or refund of which it speaks, every member
-- that it tells compared with the record.

local amounts = require "obol.client.amounts"
local fault = require "obol.client.fault"

local M = {}

local charges = { ["payment.create"] = true, ["subscription.create"] = true }

local function mismatch(note, field)
  local err = fault.conflict("expected what is recorded", note.account)
  err.field = field
  return nil, err
end

local function absent(note)
  local err = fault.missing("nothing that is recorded has this notification")
  err.account = note.account
  return nil, err
end

-- The attempt of an order at this account: the payment's own, else the last one.
local function attempt_of(client, row, account)
  local list, err = client.ledger:attempts(row.order_id)
  if not list then return nil, err end
  local found
  for _, one in ipairs(list) do
    local fits = one.account == account and charges[one.operation]
    if fits and (not found or found.key ~= row.attempt) then found = one end
  end
  return found
end

-- The attempt was read before its payment, and may have been settled in between: nothing is recorded by one
-- that is older than what is known of the payment.
local function again(client, row, one)
  local err
  one, err = client.ledger:attempt(one.key)
  if not one then return nil, err end
  return { row = row, one = one }
end

local function by_key(client, note)
  local key = note.event.key
  if not key then return nil end
  local one, err = client.ledger:attempt(key)
  if not one then return nil, err end
  if not charges[one.operation] then return mismatch(note, "key") end
  local row
  row, err = client.ledger:payment(one.order_id)
  if not row then return nil, err end
  return again(client, row, one)
end

local function by_order(client, note)
  local event = note.event
  if not event.order_id then return nil end
  local row, err = client.ledger:payment(event.order_id)
  if not row then return nil, err end
  -- Only what is proven may speak of an attempt that nobody recorded.
  if event.key and not note.signed then return mismatch(note, "key") end
  local one
  one, err = attempt_of(client, row, note.account)
  if err then return nil, err end
  if not one and row.account ~= note.account then return mismatch(note, "account") end
  return { row = row, one = one }
end

local function by_provider_id(client, note)
  local id = note.event.provider_id
  if not id then return nil end
  local where = { provider_id = id, account = note.account }
  local rows, err = client.ledger:list("payments", { where = where, limit = 1 })
  if not rows then return nil, err end
  if rows[1] then return { row = rows[1], one = rows[1].attempt and client.ledger:attempt(rows[1].attempt) or nil } end
  local list
  list, err = client.ledger:list("attempts", { where = where, limit = 10 })
  if not list then return nil, err end
  for _, one in ipairs(list) do
    local row = charges[one.operation] and client.ledger:payment(one.order_id)
    if row then return again(client, row, one) end
  end
  return nil
end

--- Whether the payment was paid once more at this account, under this id of the provider.
function M.is_surplus(row, account, provider_id)
  for _, entry in ipairs(row.surplus or {}) do
    if entry.account == account and entry.provider_id == provider_id then return true end
  end
  return false
end

--- The provider's id `id` as refunds name their charge: nil for the payment's own, which needs none.
function M.transaction_id(row, account, id) return M.is_surplus(row, account, id) and id or nil end

-- Whether what should carry the attempt's key was altered on the way: a text that comes back unchanged
-- (`extra_text`) without it, or a notification that anybody could have written.
local function lacks_key(note)
  return note.event.key == nil and (not note.signed or note.event.extra_text ~= nil)
end

--- Finds the payment: { row =, one = its attempt (nil for a renewal) }, or nil and an error
-- (`not_found` when nothing of it is recorded, `conflict` with the field that differs).
function M.find(client, note)
  for _, look in ipairs { by_key, by_order, by_provider_id } do
    local found, err = look(client, note)
    if found and lacks_key(note) then return mismatch(note, "key") end
    if found or err then return found, err end
  end
  return absent(note)
end

--- Which charge of what M.find `found` the provider's id `event.provider_id` means: the payment's own or one of its
-- surplus, or a renewal, although it was told with what names the first charge. As M.find answers; `not_found` for a
-- charge of which nobody was told yet, such as a second success.
function M.charge(client, note, found)
  local row, id = found.row, note.event.provider_id
  if not id or not row.provider_id or id == row.provider_id or M.is_surplus(row, note.account, id) then return found end
  if row.operation ~= "subscription.create" then return absent(note) end
  local first = row.renewal_of or row.order_id
  local renewal, err = client.ledger:payment(first .. "/" .. id)
  if err then return nil, err end
  if not renewal or renewal.renewal_of ~= first then return absent(note) end
  return { row = renewal }
end

--- Whether the payment has this provider_id as its own success.
function M.is_success(found, provider_id)
  local row, one = found.row, found.one
  if row.status ~= "succeeded" then return false end
  if one and one.key ~= row.attempt then return false end
  return provider_id == nil or row.provider_id == nil or row.provider_id == provider_id
end

local function differs(told, recorded)
  return told ~= nil and recorded ~= nil and told ~= recorded
end

-- Whether another order has this provider's id; nil and an error when that cannot be read.
local function is_taken(client, note, row)
  local id = note.event.provider_id
  if not id then return false end
  local list, err = client.ledger:list("attempts", { where = { provider_id = id, account = note.account }, limit = 10 })
  if not list then return nil, err end
  for _, one in ipairs(list) do
    if charges[one.operation] and one.order_id ~= row.order_id and one.order_id ~= row.renewal_of then return true end
  end
  return false
end

local function differing_amount(event, record)
  if not event.amount or not record.amount then return false end
  local text, currency = amounts.to_row(event.amount)
  return text ~= record.amount or currency ~= record.currency
end

--- Compares what the event tells with the record: true, or nil and a `conflict` with the field that
-- differs. `but_amount`: the amount is looked at elsewhere.
function M.check(client, note, found, but_amount)
  local event, row, one = note.event, found.row, found.one
  local record = one or row
  if record.account ~= note.account then return mismatch(note, "account") end
  if differs(event.order_id, row.order_id) and event.order_id ~= row.renewal_of then
    return mismatch(note, "order_id")
  end
  if not but_amount and differing_amount(event, record) then return mismatch(note, "amount") end
  if differs(event.customer_id, record.customer_id) then return mismatch(note, "customer_id") end
  if differs(event.product_id, record.product_id) then return mismatch(note, "product_id") end
  if one and (event.echo or "") ~= (one.echo or "") then return mismatch(note, "echo") end
  if not note.signed and differs(event.provider_id, record.provider_id) then return mismatch(note, "provider_id") end
  local taken, err = is_taken(client, note, row)
  if taken == nil then return nil, err end
  if taken then return mismatch(note, "provider_id") end
  return true
end

--- The recorded refund of which the event speaks, checked: { refund =, row = its payment }; a
-- `not_found` where this refund is not recorded.
function M.refund(client, note)
  local event = note.event
  if not event.refund_id then return absent(note) end
  local refund, err = client.ledger:refund(event.refund_id)
  if err then return nil, err end
  if not refund then return absent(note) end
  if refund.account ~= note.account then return mismatch(note, "account") end
  if differing_amount(event, refund) then return mismatch(note, "amount") end
  local row
  row, err = client.ledger:payment(refund.order_id)
  if not row then return nil, err or fault.missing("the refund's payment is not recorded") end
  -- the provider knows a renewal by the order of the first charge
  if differs(event.order_id, refund.order_id) and event.order_id ~= row.renewal_of then
    return mismatch(note, "order_id")
  end
  if differs(event.provider_id, refund.transaction_id or row.provider_id) then return mismatch(note, "provider_id") end
  return { refund = refund, row = row }
end

-- Whether the open refund may be the one that the event means: its id is not known yet.
local function may_be(event, row, refund)
  if refund.status == "succeeded" or refund.status == "failed" or refund.provider_id or event.refund_id then
    return false
  end
  local id = event.provider_id
  if id and refund.transaction_id ~= M.transaction_id(row, refund.account, id) then return false end
  return not differing_amount(event, refund)
end

--- The recorded refund of the charge `found` that the event means by the provider's own id of it. Answers as M.refund,
-- with true behind the error where it may be one that is under way, whose id is not known yet.
function M.refund_of(client, note, found)
  local event, row, is_under_way = note.event, found.row, false
  local list, err = client.ledger:list("refunds", { where = { order_id = row.order_id }, limit = 1000 })
  if not list then return nil, err end
  for _, refund in ipairs(list) do
    local is_here, id = refund.account == note.account, event.refund_provider_id
    if is_here and id and refund.provider_id == id then
      if differing_amount(event, refund) then return mismatch(note, "amount") end
      return { refund = refund, row = row }
    end
    is_under_way = is_under_way or is_here and may_be(event, row, refund)
  end
  if not is_under_way then return absent(note) end
  return nil, fault.conflict("a refund of this amount is under way", note.account), true
end

return M
