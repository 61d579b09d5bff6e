--- `dispute.opened`: a payer took the charge back to the bank. The payment's state stays as it is; that
-- it is disputed stands beside it.

local amounts = require "obol.client.amounts"
local fault = require "obol.client.fault"
local match = require "obol.client.notice.match"
local note_of = require "obol.client.notice.note"

local M = {}

local TRIES = 8

local function write(client, note, row)
  local event, now = note.event, client.clock()
  local text, currency = amounts.to_row(event.amount)
  return client.ledger:finish_attempt {
    subject = "payments", key = row.order_id, version = row.version,
    to = { disputed = true, updated_ms = now },
    events = { {
      type = "dispute.opened", order_id = row.order_id, provider_id = event.provider_id or row.provider_id,
      account = note.account, amount = text or row.amount, currency = currency or row.currency, key = event.key,
      status = row.status, verified_by = event.verified_by, time_ms = now,
    } },
    also = { note_of.mark(client, note) },
  }
end

--- Answers the word of the acknowledgement, or nil and an error. No query tells of a dispute, so only
-- a signed notification is acted on.
function M.opened(client, note, found)
  if not note.signed then
    return nil, fault.conflict("expected a signed notification of a dispute", note.account)
  end
  local charge, unread = match.charge(client, note, found)
  if not charge and unread.kind ~= "not_found" then return "later", unread end
  -- of a charge of which nobody was told the order is disputed all the same
  found = charge or found
  local row = found.row
  if (found.one or row).account ~= note.account then
    local err = fault.conflict("expected what is recorded", note.account)
    err.field = "account"
    return nil, err
  end
  for _ = 1, TRIES do
    local ok, err = write(client, note, row)
    if ok then
      note_of.alarm(client, note, "dispute", { order_id = row.order_id })
      return "accepted"
    end
    local word, reason = note_of.after_refusal(client, note, err)
    if word then return word, reason end
    if err.kind ~= "conflict" then return "later", err end
    row, err = client.ledger:payment(row.order_id)
    if not row then return "later", err end
  end
  return "later", fault.conflict("the payment was changed again and again", note.account)
end

return M
