--- Following a notification that proves nothing by itself: asking the provider about what it may
-- speak of. The work is bounded, because anybody may send a hint.

local bucket = require "obol.client.bucket"
local checked = require "obol.client.options"
local renewal = require "obol.client.renewal"
local change = require "obol.client.change"
local resolve = require "obol.client.resolve"

local M = {}

local MAX_STRINGS, MAX_DEPTH, MAX_ASKED, MAX_ROWS = 200, 8, 5, 200
local BURST, A_SECOND = 20, 5

-- Texts in what the provider sent, which may be ids of ours: a set.
local function texts(value, found, depth)
  if found.count >= MAX_STRINGS or depth > MAX_DEPTH then return found end
  if type(value) == "string" and #value <= 255 then
    found.set[value], found.count = true, found.count + 1
  elseif type(value) == "table" then
    for _, member in pairs(value) do texts(member, found, depth + 1) end
  end
  return found
end

local function spoken_of(event)
  local found = texts(event.extra, { set = {}, count = 0 }, 1)
  for _, key in ipairs { "order_id", "provider_id", "customer_id" } do
    if event[key] then found.set[event[key]] = true end
  end
  return found.set
end

local open_states = { "requires_action", "processing", "unknown" }

local function open_payments(client, name, spoken)
  local found = {}
  for _, status in ipairs(open_states) do
    local rows = client.ledger:list("payments", { where = { account = name, status = status }, limit = MAX_ROWS }) or {}
    for _, row in ipairs(rows) do
      if spoken[row.order_id] or spoken[row.customer_id or ""] or spoken[row.product_id or ""]
        or spoken[row.provider_id or ""] then
        found[#found + 1] = row
      end
    end
  end
  return found
end

local function ask_payment(client, row, options)
  resolve.run(client, row, options)
end

local function ask_subscription(client, row, options)
  local found = change.ask(client, row, options)
  if found then renewal.record(client, row, client.ledger:payment(row.order_id), found, options) end
end

--- Refreshes what `event` may speak of: recorded subscriptions by their id, open payments by order,
-- customer, product or id.
function M.follow(client, name, event)
  local spoken, options = spoken_of(event), checked.check(client, { timeout_ms = 10000 })
  local work = {}
  for text in pairs(spoken) do
    local rows = client.ledger:list("subscriptions", { where = { account = name, provider_id = text }, limit = 1 })
    if rows and rows[1] then work[#work + 1] = { ask_subscription, rows[1] } end
  end
  for _, row in ipairs(open_payments(client, name, spoken)) do work[#work + 1] = { ask_payment, row } end
  for place = 1, math.min(#work, MAX_ASKED) do
    if not bucket.take(client, name, BURST, A_SECOND) then return end
    work[place][1](client, work[place][2], options)
  end
end

return M
