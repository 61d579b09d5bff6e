--- What a notification about a payment makes of it: the same as a query's result would, or a renewal
-- where a subscription was charged again.
--
-- Each function here answers the word of the acknowledgement (`accepted`, `later`), or nil and an
-- error: a `conflict` with a field is a mismatch with what is recorded.

local attempt = require "obol.client.attempt"
local confirm = require "obol.client.notice.confirm"
local fault = require "obol.client.fault"
local match = require "obol.client.notice.match"
local note_of = require "obol.client.notice.note"
local recurring = require "obol.client.recurring"
local resolve = require "obol.client.resolve"
local settle = require "obol.client.settle"
local states = require "obol.ledger.states"

local M = {}

-- The answer after a unit that was to carry the notification with it.
local function after(client, note, recorded, err, about)
  local word, reason = note_of.after(client, note, recorded, err, about)
  if not recorded and reason == err and err.kind == "conflict" and err.field == "attempts.proven_by" then
    err.field = "provider_id"
    return nil, err
  end
  return word, reason
end

local function record(client, note, found, result, about)
  about.also, about.verified_by = { note_of.mark(client, note) }, note.event.verified_by
  local recorded, err = settle.record(client, found.row, found.one, result, about)
  -- Of two successes that came at once this is not the one that paid: it is looked at as what it is then.
  local id = result.outcome == "succeeded" and result.provider_id
  if recorded and not about.written and id and recorded.provider_id and id ~= recorded.provider_id then
    note.again = true
    return "later", fault.conflict("another success was recorded meanwhile", note.account)
  end
  return after(client, note, recorded, err, about)
end

-- Whether this is a further charge of a subscription whose first one is paid: the same attempt, or
-- none, with another id of the provider.
local function is_renewal(found, event)
  local row, one = found.row, found.one
  if row.operation ~= "subscription.create" or row.renewal_of or row.status ~= "succeeded" then return false end
  if one and one.key ~= row.attempt then return false end
  return event.provider_id ~= nil and row.provider_id ~= nil and event.provider_id ~= row.provider_id
end

-- A payer's own order is seen with the payer's token alone, so its signed notification is its proof.
-- With that token the payer can make further orders, cheaper ones with our words in them: it has to be
-- about the order that was made, or tell the amount, which was compared.
local function is_proof(note, found)
  local one, event = found.one, note.event
  if not note.signed or not one or not one.by_payer then return false end
  return event.amount ~= nil or (event.provider_id ~= nil and event.provider_id == one.provider_id)
end

local function wants_query(note, found)
  return not is_proof(note, found) and confirm.is_wanted(note)
end

-- The result that the notification stands for, once it is confirmed; nil, the answer's word and an
-- error otherwise.
local function proven(client, note, found, options, but_amount)
  local event = note.event
  local told = { outcome = "succeeded", provider_id = event.provider_id }
  local is_wanted = wants_query(note, found) or not is_proof(note, found) and confirm.lacks_amount(client, note, found)
  if not is_wanted then return told end
  local result, err, differs = confirm.payment(client, note, found, options, but_amount)
  if differs then return nil, nil, err end
  if not result then return nil, "later", err end
  if result.outcome == "succeeded" then
    event.verified_by = event.verified_by or "query"
    result.provider_id = result.provider_id or event.provider_id
    return result
  end
  -- Told to be paid where the provider says that it never will be: nobody wins alone.
  if result.outcome == "declined" then note_of.alarm(client, note, "contradiction") end
  return nil, "later", err or fault.conflict("the provider does not confirm it yet", note.account)
end

local function renew(client, note, found, charge)
  local row, err = client.ledger:subscription(found.row.order_id)
  if not row then return "later", err or fault.missing("the payment's subscription is not recorded") end
  local recorded, about
  recorded, err, about = recurring.record(client, row, found.row, charge, note_of.mark(client, note))
  -- taken by an order of the merchant's: it is kept, and a person has to look at it
  if not recorded and err.field == "order_id" then note_of.alarm(client, note, "mismatch", { field = "order_id" }) end
  return after(client, note, recorded, err, about)
end

-- Of a renewal that was declined before: the first charge, to which it belongs.
local function first_of(client, found)
  if not found.row.renewal_of or found.row.status == "succeeded" then return found end
  local row = client.ledger:payment(found.row.renewal_of)
  return row and { row = row, one = row.attempt and client.ledger:attempt(row.attempt) or nil } or found
end

--- `payment.succeeded`
function M.succeeded(client, note, found, options)
  local event = note.event
  found = first_of(client, found)
  if match.is_success(found, event.provider_id) or match.is_surplus(found.row, note.account, event.provider_id) then
    event.duplicate = not note.signed
    return note.signed and note_of.done(client, note) or "accepted"
  end
  local again = is_renewal(found, event)
  local ok, err = match.check(client, note, found, again)
  if not ok then return nil, err end
  local result, word
  result, word, err = proven(client, note, found, options, again)
  if not result then return word, err end
  if again then
    return renew(client, note, found, { id = event.provider_id, time_ms = event.time_ms,
      amount = event.amount or result.amount, product_id = event.product_id })
  end
  if not found.one then return nil, fault.conflict("expected a payment with an attempt", note.account) end
  return record(client, note, found, result, { claim = true })
end

local ends = { expired = true, canceled = true }

local function decline(client, note, found)
  local event = note.event
  local result = { outcome = "declined", kind = "declined", code = event.code, message = event.message,
    provider_id = event.provider_id }
  return record(client, note, found, result, {
    status = ends[event.status] and event.status or nil, err = fault.of_result(result, note.account),
    goes_on = attempt.left_to_call(client),
  })
end

-- A decline for which nothing is open: of a charge that succeeded it is a contradiction, of one that
-- is over already nothing new.
local function is_over(client, note, found)
  local event, row, one = note.event, found.row, found.one
  if match.is_success(found, event.provider_id) then
    note_of.alarm(client, note, "contradiction")
    return true
  end
  if not one or one.key ~= row.attempt or states.outcomes[one.outcome].closed then return true end
  if event.provider_id and one.provider_id and event.provider_id ~= one.provider_id then
    note_of.alarm(client, note, "contradiction")
    return true
  end
  return false
end

--- `payment.failed`
function M.failed(client, note, found, options)
  local event = note.event
  found = first_of(client, found)
  local again = is_renewal(found, event)
  local ok, err = match.check(client, note, found, again)
  if not ok then return nil, err end
  if not again and is_over(client, note, found) then return note.signed and note_of.done(client, note) or "accepted" end
  if wants_query(note, found) then
    local result, query_err, differs = confirm.payment(client, note, found, options, again)
    if differs then return nil, query_err end
    if result and result.outcome == "succeeded" then
      -- The provider's own record says that money came: that is proof, and the notification is wrong.
      note_of.alarm(client, note, "contradiction")
      if again or not note.signed then return "later", query_err end
      return record(client, note, found, result, {})
    end
    if not result or result.outcome ~= "declined" then return "later", query_err end
    event.verified_by = event.verified_by or "query"
  end
  if again then
    return renew(client, note, found, { id = event.provider_id, time_ms = event.time_ms, amount = event.amount,
      failed = fault.of_result({ outcome = "declined", code = event.code, message = event.message }, note.account) })
  end
  return decline(client, note, found)
end

--- `payment.updated`: says only that there is something to ask about.
function M.updated(client, note, found, options)
  local ok, err = match.check(client, note, found)
  if not ok then return nil, err end
  if found.row.status ~= "succeeded" then
    ok, err = confirm.may_ask(client, note)
    if not ok then return "later", err end
    local _, query_err = resolve.run(client, found.row, options)
    if query_err and (query_err.outcome == "not_sent" or query_err.outcome == "unknown") then
      return "later", query_err
    end
  end
  return note.signed and note_of.done(client, note) or "accepted"
end

return M
