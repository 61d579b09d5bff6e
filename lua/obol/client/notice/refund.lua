--- `refund.updated`: how a refund ended, also one that was started in the provider's console.
--
-- Answers the word of the acknowledgement, or nil and an error, as notice.payment does.

local amounts = require "obol.client.amounts"
local confirm = require "obol.client.notice.confirm"
local fault = require "obol.client.fault"
local match = require "obol.client.notice.match"
local note_of = require "obol.client.notice.note"
local refund_settle = require "obol.client.refund_settle"

local M = {}

-- What the notification says, or the provider's own answer where it has to be asked; nil, the
-- answer's word and an error where that is not known.
local function settled(client, note, row, about, options)
  local event = note.event
  local told = { outcome = event.outcome, id = event.refund_provider_id, code = event.code, message = event.message,
    kind = event.outcome == "declined" and "declined" or nil }
  if not confirm.is_wanted(note) then return told end
  local result, err, differs = confirm.refund(client, note, row, about, options)
  if differs then return nil, nil, err end
  if not result then return nil, "later", err end
  if result.outcome ~= event.outcome then
    local final = result.outcome == "succeeded" or result.outcome == "declined"
    if final then note_of.alarm(client, note, "contradiction", { order_id = row.order_id }) end
    return nil, "later", err or fault.conflict("the provider does not confirm it yet", note.account)
  end
  event.verified_by = event.verified_by or "query"
  return result
end

local final = { succeeded = true, declined = true }
local is_told = { succeeded = true, declined = true, accepted = true }

-- An outcome that says nothing: only that there is something to ask about.
local function ask(client, note, refund, options)
  local ok, err = confirm.may_ask(client, note)
  if not ok then return "later", err end
  local _, query_err = refund_settle.refresh(client, refund, options)
  if query_err and (query_err.outcome == "not_sent" or query_err.outcome == "unknown") then
    return "later", query_err
  end
  return note.signed and note_of.done(client, note) or "accepted"
end

-- A refund that was made here.
local function own(client, note, found, options)
  local event, refund = note.event, found.refund
  -- Money that went back counts also where it had been given up.
  local late = refund.status == "failed" and event.outcome == "succeeded"
  local ended = refund.status == "succeeded" or refund.status == "failed"
  if ended and not late then
    if (event.outcome == "succeeded") ~= (refund.status == "succeeded") and final[event.outcome] then
      note_of.alarm(client, note, "contradiction", { order_id = refund.order_id })
    end
    return note.signed and note_of.done(client, note) or "accepted"
  end
  if not is_told[event.outcome] then return ask(client, note, refund, options) end
  local one, err = nil, nil
  if refund.attempt then one, err = client.ledger:attempt(refund.attempt) end
  if err then return "later", err end
  local result, word
  result, word, err = settled(client, note, found.row, {
    refund_id = refund.refund_id, amount = refund.amount, currency = refund.currency, key = one and one.key,
    created_ms = refund.created_ms, provider_id = refund.transaction_id or found.row.provider_id,
  }, options)
  if not result then return word, err end
  local about = { also = { note_of.mark(client, note) }, err = fault.of_result(result, note.account) }
  local recorded
  recorded, err = refund_settle.record(client, refund, one, result, about)
  if late and about.written then
    note_of.alarm(client, note, "late_success", { order_id = refund.order_id, refund_id = refund.refund_id })
  end
  return note_of.after(client, note, recorded, err, about)
end

-- A refund that somebody started in the provider's console: recorded once it is proven.
local function foreign(client, note, found, options)
  local event, row = note.event, found.row
  if (found.one or row).account ~= note.account then
    local err = fault.conflict("expected what is recorded", note.account)
    err.field = "account"
    return nil, err
  end
  if event.outcome ~= "succeeded" then
    if not note.signed then return "accepted" end
    note_of.alarm(client, note, "foreign_refund", { order_id = row.order_id, outcome = event.outcome })
    return note_of.done(client, note)
  end
  if not event.amount or event.amount:currency() ~= row.currency then
    local err = fault.conflict("expected a refund in the payment's currency", note.account)
    err.field = "amount"
    return nil, err
  end
  local text, currency = amounts.to_row(event.amount)
  local own_id = event.refund_provider_id
  local refund_id = event.refund_id or own_id and note.account .. "/" .. own_id or note.id
  local result, word, err = settled(client, note, row, { refund_id = refund_id, amount = text, currency = currency,
    created_ms = event.time_ms or client.clock(), provider_id = event.provider_id or row.provider_id }, options)
  if not result then return word, err end
  local about = { also = { note_of.mark(client, note) } }
  local recorded
  recorded, err = refund_settle.add(client, row, {
    refund_id = refund_id, amount = text, currency = currency, account = note.account,
    provider_id = result.id or own_id, transaction_id = match.transaction_id(row, note.account, event.provider_id),
  }, about)
  if about.written then
    note_of.alarm(client, note, "foreign_refund", { order_id = row.order_id, outcome = "succeeded" })
  end
  return note_of.after(client, note, recorded, err, about)
end

function M.updated(client, note, options)
  local found, err = match.refund(client, note)
  if found then return own(client, note, found, options) end
  if err.kind ~= "not_found" then return nil, err end
  found, err = match.find(client, note)
  if found then found, err = match.charge(client, note, found) end
  if not found then return nil, err end
  local known, refused, is_later = match.refund_of(client, note, found)
  if is_later then return "later", refused end
  if known then return own(client, note, known, options) end
  if refused.kind ~= "not_found" then return nil, refused end
  return foreign(client, note, found, options)
end

return M
