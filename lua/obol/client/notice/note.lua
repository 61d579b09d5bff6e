--- A notification on its way through the client: what it is known by, and its row in the ledger.

local amounts = require "obol.client.amounts"
local bucket = require "obol.client.bucket"
local crypto = require "obol.crypto"
local due = require "obol.client.due"
local ledger = require "obol.ledger"
local log = require "obol.client.log"

local M = {}

local none = ledger.none
local ALARM_BURST, ALARMS_A_SECOND = 100, 1

-- What of an event is kept with it, to be acted on when its order comes.
local kept = {
  "id", "type", "key", "order_id", "provider_id", "refund_id", "status", "outcome", "customer_id", "product_id",
  "live", "time_ms", "code", "verified_by", "confirm", "echo", "refund_provider_id",
}

-- A name of the notification for telling a repeated one; nil when there is nothing to tell.
local function identity(name, event, body)
  if event.id then return name .. "/" .. event.id end
  if #body == 0 then return nil end
  return name .. "/sha256/" .. crypto.hex(crypto.digest("sha256", body))
end

--- A note of the opened `event` for the account `name`: { account =, id = (nil: nothing to tell it by),
-- event =, signed =, row = (as it is in the ledger, nil when it is not) }.
function M.new(name, event, body)
  return { account = name, event = event, id = identity(name, event, body), signed = event.verified_by ~= nil }
end

--- The note of a notification that was kept (`is_kept`: nobody delivers it now).
function M.of_row(row)
  local event = {}
  for member, value in pairs(row.event or {}) do event[member] = value end
  event.amount = amounts.of_row(event.amount, event.currency)
  event.account, event.duplicate = row.account, false
  return { account = row.account, event = event, id = row.id, signed = event.verified_by ~= nil, row = row,
    is_kept = true }
end

local function plain(event)
  local copied = {}
  for _, member in ipairs(kept) do
    local value = event[member]
    local kind = type(value)
    if kind == "string" or kind == "number" or kind == "boolean" then copied[member] = value end
  end
  copied.amount, copied.currency = amounts.to_row(event.amount)
  -- that it told a text of ours without the key, which is no proof later either; not what the text says
  copied.extra_text = event.extra_text ~= nil and "" or nil
  return copied
end

local function row_of(client, note)
  local event = note.event
  return {
    id = note.id, account = note.account, type = event.type, order_id = event.order_id,
    provider_id = event.provider_id, customer_id = event.customer_id, verified_by = event.verified_by,
    received_ms = client.clock(),
  }
end

--- The change that marks the notification as acted on, for the unit that acts on it. It can be made
-- once: a unit that comes second is refused with a field that `was_first` knows.
function M.mark(client, note)
  local now = client.clock()
  if note.row then
    return { set = "notifications", key = note.id, expect = { applied_ms = none },
      to = { applied_ms = now, waits_for = none, event = none, verified_by = note.event.verified_by,
        due_ms = none, looks = none, claimed_until = none } }
  end
  local row = row_of(client, note)
  row.applied_ms = now
  return { put = "notifications", row = row }
end

--- Whether a refusal of the ledger says that the notification was acted on already.
function M.was_first(err)
  return err.kind == "conflict" and (err.field or ""):find("^notifications") ~= nil
end

--- What to answer after a unit with the mark was refused by `err`, where the notification is the reason:
-- `accepted` when somebody acted on it; `later` and the error when somebody only kept it meanwhile, with
-- `note.again` set, because it can be acted on now. nil for any other reason.
function M.after_refusal(client, note, err)
  if not M.was_first(err) then return nil end
  local row, read_err = client.ledger:notification(note.id)
  if not row then return "later", read_err or err end
  if row.applied_ms then
    note.event.duplicate = true
    return "accepted"
  end
  note.row, note.again = row, true
  return "later", err
end

--- What a notification waits for, by what it can be found again when that comes: a list.
function M.wait_names(account, order_id, key, provider_id)
  local names = {}
  if order_id then names[#names + 1] = "order/" .. order_id end
  if key then names[#names + 1] = "key/" .. key end
  if provider_id then names[#names + 1] = ("id/%s/%s"):format(account, provider_id) end
  return names
end

--- Keeps a signed notification that cannot be acted on yet, once: true, or nil and an error.
function M.keep(client, note)
  if note.row then return true end
  local event, row = note.event, row_of(client, note)
  row.waits_for = M.wait_names(note.account, event.order_id, event.key, event.provider_id)[1]
  row.event, row.due_ms = plain(event), due.of_notification(client, 0)
  local seen, err = client.ledger:apply_event(row)
  if not seen then return nil, err end
  return true
end

--- Marks the notification by itself, where nothing else changes: true, or nil and an error.
function M.finish(client, note)
  local ok, err, row
  if note.row then
    ok, err = client.ledger:finish_event(note.id, client.clock())
    if not ok and err.kind ~= "conflict" then return nil, err end
  else
    row = row_of(client, note)
    row.applied_ms = client.clock()
    ok, err = client.ledger:apply_event(row)
    if not ok then return nil, err end
    -- Somebody else may only have kept it; acted on already, it stays as it is.
    if ok == "duplicate" then
      local _, finish_err = client.ledger:finish_event(note.id, client.clock())
      if finish_err and finish_err.kind ~= "conflict" then return nil, finish_err end
    end
  end
  note.event.duplicate = not ok or ok == "duplicate"
  return true
end

--- The word of the acknowledgement where nothing but the notification is left to record: `accepted`, or
-- `later` and an error.
function M.done(client, note)
  local ok, err = M.finish(client, note)
  if not ok then return "later", err end
  return "accepted"
end

--- The word after a unit that was to carry the notification with it: `recorded` and `err` are what the
-- unit's writer answered; `about.written` tells whether the notification went with it.
function M.after(client, note, recorded, err, about)
  if recorded then
    -- Somebody else recorded the same meanwhile, without the notification.
    if not about.written then return M.done(client, note) end
    return "accepted"
  end
  local word, reason = M.after_refusal(client, note, err)
  if word then return word, reason end
  return "later", err
end

--- What was kept has had its chance: it is not tried again, but the notification may still come again by
-- itself, and is not the same then.
function M.dismiss(client, note)
  if not note.is_kept then return true end
  return client.ledger:dismiss_event(note.id)
end

--- Raises an alarm about the notification; of what nobody proved, no more than anybody may cause.
function M.alarm(client, note, what, more)
  local event = note.event
  local is_proven = event.verified_by ~= nil
  if not is_proven and not bucket.take(client, "alarm/" .. note.account, ALARM_BURST, ALARMS_A_SECOND) then return end
  local members = { account = note.account, order_id = event.order_id, key = event.key, notification = note.id }
  for key, value in pairs(more or {}) do members[key] = value end
  log.alarm(client, what, members)
end

return M
