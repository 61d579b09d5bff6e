--- An opened notification, from its event to what it changes and the word of its acknowledgement.

local bucket = require "obol.client.bucket"
local checked = require "obol.client.options"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local match = require "obol.client.notice.match"
local note_of = require "obol.client.notice.note"

local M = {}

local TIMEOUT_MS, TRIES = 10000, 3
-- Of what proves nothing no more is written down, or told, than this.
local KEPT_BURST, KEPT_A_SECOND = 100, 1

local function limits(client)
  return checked.check(client, { timeout_ms = TIMEOUT_MS })
end

-- Loaded when the first notification of their kind comes: who only creates payments needs none of them.
local function payment() return require "obol.client.notice.payment" end
local function dispute() return require "obol.client.notice.dispute" end

-- A handler of one type of event about a payment, which has to be found first.
local function about_payment(part, name)
  return function(client, note, options)
    local found, err = match.find(client, note)
    if not found then return nil, err end
    return part()[name](client, note, found, options)
  end
end

local handlers = {
  ["payment.succeeded"] = about_payment(payment, "succeeded"),
  ["payment.failed"] = about_payment(payment, "failed"),
  ["payment.updated"] = about_payment(payment, "updated"),
  ["dispute.opened"] = about_payment(dispute, "opened"),
  ["refund.updated"] = function(...) return require("obol.client.notice.refund").updated(...) end,
}

-- What only says that something happened: the provider is asked about what it may speak of.
local function follow_hint(client, note)
  if exchange.is_other_mode(client, note.event) then
    note_of.alarm(client, note, "other_mode")
  else
    require("obol.client.hints").follow(client, note.account, note.event)
  end
  if not note.signed and not bucket.take(client, "kept/" .. note.account, KEPT_BURST, KEPT_A_SECOND) then
    return "accepted"
  end
  local ok, err = note_of.finish(client, note)
  if not ok then return "later", err end
  return "accepted"
end

-- A mismatch changes nothing: a person has to look at it.
local function refuse(client, note, err)
  if note.signed or bucket.take(client, "kept/" .. note.account, KEPT_BURST, KEPT_A_SECOND) then
    note_of.alarm(client, note, "mismatch", { field = err.field })
  end
  note_of.dismiss(client, note)
  return "refused", err
end

-- Nothing of it is recorded, so it may speak of what is still to come; nobody keeps what anybody can
-- write.
local function hold(client, note, err)
  if not note.signed then return "refused", err end
  local ok, ledger_err = note_of.keep(client, note)
  return "later", not ok and ledger_err or err
end

local function act(client, note)
  local handle = handlers[note.event.type]
  if not handle then return follow_hint(client, note) end
  if exchange.is_other_mode(client, note.event) then
    note_of.alarm(client, note, "other_mode")
    note_of.dismiss(client, note)
    return "refused", fault.conflict("a notification of the other mode, test or live", note.account)
  end
  local word, err = handle(client, note, limits(client))
  if word == "accepted" then return word end
  if word == "later" then
    -- Signed, matched and not decided: kept, so that it is not lost if it does not come again.
    local ok, ledger_err = true, nil
    if note.signed then ok, ledger_err = note_of.keep(client, note) end
    return word, not ok and ledger_err or err
  end
  if err.kind == "conflict" then return refuse(client, note, err) end
  if err.kind == "not_found" then return hold(client, note, err) end
  return "later", err
end

--- Acts on an event that the account `name` opened. Answers the word of the acknowledgement
-- (`accepted`, `later`, `refused`) and an error where it was not acted on.
function M.handle(client, name, event, body)
  event.account, event.duplicate = name, false
  local note = note_of.new(name, event, body)
  if not note.id then return "accepted" end
  local row, err = client.ledger:notification(note.id)
  if err then return "later", err end
  if row and row.applied_ms then
    event.duplicate = true
    return "accepted"
  end
  note.row = row
  local word
  for _ = 1, TRIES do
    note.again = false
    word, err = act(client, note)
    if not note.again then break end
  end
  return word, err
end

--- Acts on a notification that was kept, once more.
function M.again(client, row)
  if row.waits_for and client.accounts[row.account] then act(client, note_of.of_row(row)) end
end

-- What a notification of the payment may wait for: its order, and each of its attempts.
local function names_of(client, row)
  local names = note_of.wait_names(row.account, row.order_id, row.attempt, row.provider_id)
  for _, one in ipairs(client.ledger:attempts(row.order_id) or {}) do
    local both = one.key == row.attempt and one.provider_id == row.provider_id
    local more = both and {} or note_of.wait_names(one.account, nil, one.key, one.provider_id)
    for _, name in ipairs(more) do names[#names + 1] = name end
  end
  return names
end

--- Acts on what was kept for the payment `row` before it was recorded, or before it could be
-- decided. Answers the row as it is then, and whether anything was kept.
function M.take_up(client, row)
  local seen, acted = {}, false
  for _, name in ipairs(names_of(client, row)) do
    local waiting = client.ledger:list("notifications", { where = { waits_for = name }, limit = 20 })
    for _, kept in ipairs(waiting or {}) do
      if not seen[kept.id] and client.accounts[kept.account] then
        seen[kept.id], acted = true, true
        act(client, note_of.of_row(kept))
      end
    end
  end
  if not acted then return row, false end
  return client.ledger:payment(row.order_id) or row, true
end

return M
