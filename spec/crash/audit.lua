--- Holds the ledger against the sandbox's books and the shop's own: a text of all that has to be the
-- same whatever happened, and a list of what can never be right.

local checker = require "obol.ledger.check"

local M = {}

local function lower(text) return text and text:lower() or "-" end

-- What was taken and given back by each provider, as its books tell: { order =, amount = (minor units),
-- currency =, key =, of = }.
local readers = {
  ruxpay = function(books, taken, given)
    for _, row in ipairs(books.payments) do
      taken[#taken + 1] = { order = row.order_id, amount = row.amount, currency = lower(row.currency),
        key = row.kind ~= "renewal" and row.transaction_id or nil, renewal = row.kind == "renewal",
        done = row.status == "succeeded" }
    end
    for _, row in ipairs(books.refunds) do
      given[#given + 1] = { order = row.order_id, amount = row.amount, done = row.status == "succeeded" }
    end
  end,
  mincloud = function(books, taken, given)
    local orders = {}
    for _, row in ipairs(books.orders) do
      orders[row.trade_no] = row.order_id
      taken[#taken + 1] = { order = row.order_id, amount = row.amount, currency = row.currency, key = row.key,
        done = row.status == "success" }
    end
    for _, row in ipairs(books.refunds) do
      given[#given + 1] = { order = orders[row.of], amount = row.amount, done = row.status == "succeed" }
    end
  end,
  fourmetas = function(books, taken)
    for _, row in ipairs(books.orders) do
      taken[#taken + 1] = { order = row.order_id, amount = row.amount, currency = row.currency, key = row.key,
        done = row.status == "paid" }
    end
  end,
  appwheel = function(books, taken)
    for _, row in ipairs(books.sales) do
      taken[#taken + 1] = { what = row.product or row.name, amount = row.amount, currency = row.currency, done = true }
    end
    for _, row in ipairs(books.invoices) do
      taken[#taken + 1] = { what = "bill", amount = row.paid, currency = row.currency, done = row.status == "paid" }
    end
  end,
}

-- "8.88" USD and "500" JPY as minor units.
local function minor(row)
  if not row.amount then return nil end
  return tonumber((row.amount:gsub("%.", "")))
end

local function rows_of(ledger, name) return assert(ledger:list(name, { limit = 1000 })) end

-- A refund that a flow asked for, whose id is its own; one that was never received is asked for by another.
local function is_of_flow(id) return #id == 32 and id:find "^%x+$" ~= nil end

-- Names of rows without what differs from run to run.
local function namer()
  local counts = {}
  return function(name, prefix)
    local first = name:match "^(.-)/" or name:match "^dashboard" or is_of_flow(name) and "flow"
    if not first then return name end
    first = (prefix or "") .. first
    counts[first] = (counts[first] or 0) + 1
    return ("%s/%d"):format(first, counts[first])
  end
end

local function tell_rows(ledger, say)
  local name = namer()
  for _, row in ipairs(rows_of(ledger, "payments")) do
    say("payment %s %s %s %s refunded %s%s surplus %d", name(row.order_id), row.status, row.amount or "-",
      row.currency or "-", row.refunded or "0", row.disputed and " disputed" or "", #(row.surplus or {}))
  end
  for _, row in ipairs(rows_of(ledger, "refunds")) do
    if row.status ~= "failed" or not is_of_flow(row.refund_id) then
      say("refund %s of %s %s %s", name(row.refund_id, "refund of "), row.order_id, row.status, row.amount)
    end
  end
  for _, row in ipairs(rows_of(ledger, "subscriptions")) do
    say("subscription %s %s %s %s", row.order_id, row.status, row.product_id or "-",
      row.auto_renew == false and "ends" or "renews")
  end
end

-- What happens once, however often it is told.
local once = { ["payment.succeeded"] = true, ["subscription.renewed"] = true, ["dispute.opened"] = true,
  ["refund.proposed"] = true }

local function tell_events(ledger, say)
  local name = namer()
  for _, row in ipairs(rows_of(ledger, "events")) do
    if once[row.type] or row.type == "refund.updated" and row.status == "succeeded" then
      say("event %s %s", row.type, name(row.refund_id or row.order_id, row.refund_id and "refund of "))
    end
  end
end

-- How each flow ended.
local function tell_flows(ledger, say)
  for _, row in ipairs(rows_of(ledger, "flows")) do say("flow %s %s %s", row.id, row.name, row.status) end
end

-- What flows did in the shop's books, in the order in which it was done first.
local function tell_effects(shop, say)
  local counts = {}
  for _, line in ipairs(shop:lines "effects") do
    local flow, name = line:match "^%S+ (%S+) (.+)$"
    counts[flow] = (counts[flow] or 0) + 1
    say("effect %s %d %s", flow, counts[flow], name)
  end
end

local function tell_books(books, say)
  for provider, read in pairs(readers) do
    local taken, given = {}, {}
    read(books[provider], taken, given)
    for _, row in ipairs(taken) do
      if row.done then say("taken by %s of %s %d %s", provider, row.order or row.what, row.amount, row.currency) end
    end
    for _, row in ipairs(given) do
      if row.done then say("given by %s of %s %d", provider, row.order, row.amount) end
    end
  end
end

--- All that has to be the same, in lines.
function M.tell(ledger, books, shop)
  local list = {}
  local function say(...) list[#list + 1] = string.format(...) end
  tell_rows(ledger, say)
  tell_events(ledger, say)
  tell_flows(ledger, say)
  tell_effects(shop, say)
  tell_books(books, say)
  table.sort(list)
  return table.concat(list, "\n")
end

--- Orders with a refund of which nobody can say whether it was made: its provider cannot be asked. A
-- list of order_ids.
function M.unsure(ledger)
  local list = {}
  for _, row in ipairs(rows_of(ledger, "refunds")) do
    local one = row.status ~= "succeeded" and row.attempt and ledger:attempt(row.attempt)
    if one and one.outcome == "unknown" and not one.found_with then list[#list + 1] = row.order_id end
  end
  return list
end

--- Whether two texts of `tell` say the same but for what is not known of the orders `unsure`.
function M.same(one, other, unsure)
  local function plain(text)
    for _, order_id in ipairs(unsure) do
      local order = order_id:gsub("%p", "%%%0")
      text = ("\n" .. text):gsub("(\npayment " .. order .. " .-refunded )%S+", "%1?")
        :gsub("\nrefund %S+ of " .. order .. " [^\n]*", ""):gsub("\ngiven by %S+ of " .. order .. " [^\n]*", "")
        :gsub("\nevent refund.updated [^\n]*", "")
    end
    return text
  end
  return plain(one) == plain(other)
end

local function add(map, key, amount)
  if key then map[key] = (map[key] or 0) + amount end
end

-- The sandbox's books against the ledger: nothing lost, nothing doubled, no byte before its row.
local function check_books(ledger, books, complain)
  local keys, taken_of, given_of, unsure = {}, {}, {}, {}
  for _, order_id in ipairs(M.unsure(ledger)) do unsure[order_id] = true end
  for _, row in ipairs(rows_of(ledger, "attempts")) do keys[row.key] = true end
  for provider, read in pairs(readers) do
    local taken, given = {}, {}
    read(books[provider], taken, given)
    for _, row in ipairs(taken) do
      if row.key and not keys[row.key] then complain("%s has an order whose attempt is not recorded", provider) end
      if row.done and row.order and not row.renewal then
        add(taken_of, row.order, row.amount)
      end
    end
    for _, row in ipairs(given) do add(row.done and given_of or {}, row.order, row.amount) end
  end
  for _, row in ipairs(rows_of(ledger, "payments")) do
    local order, asks = row.order_id, row.account ~= "appwheel" and not row.renewal_of
    local paid = row.status == "succeeded" and minor(row) * (1 + #(row.surplus or {})) or 0
    if asks and (taken_of[order] or 0) ~= paid then complain("%s: the books say otherwise of what was taken", order) end
    local back = row.refunded and minor { amount = row.refunded } or 0
    if asks and not unsure[order] and (given_of[order] or 0) ~= back then
      complain("%s: the books say otherwise of what was given back", order)
    end
  end
end

local function check_attempts(ledger, complain)
  local succeeded = {}
  for _, row in ipairs(rows_of(ledger, "attempts")) do
    if row.success_of then
      if succeeded[row.success_of] then complain("%s has two successes", row.success_of) end
      succeeded[row.success_of] = true
    end
  end
  local sums = {}
  for _, row in ipairs(rows_of(ledger, "refunds")) do
    if row.status == "succeeded" then add(sums, row.order_id, minor(row)) end
  end
  for _, row in ipairs(rows_of(ledger, "payments")) do
    local refunded = row.refunded and minor { amount = row.refunded } or 0
    if (sums[row.order_id] or 0) ~= refunded then complain("%s: refunds do not add up", row.order_id) end
    if minor(row) and refunded > minor(row) then complain("%s: more given back than taken", row.order_id) end
  end
end

-- Every event was handed over, those of a payment in their order.
local function check_events(ledger, shop, complain)
  local seen, last = {}, {}
  for _, line in ipairs(shop:lines "taken") do
    local seq, order = line:match "^(%d+) (%S+)"
    seq = tonumber(seq)
    if not seen[seq] then
      if last[order] and last[order] > seq then complain("events of %s came out of order", order) end
      seen[seq], last[order] = true, seq
    end
  end
  for place, row in ipairs(rows_of(ledger, "events")) do
    if row.seq ~= place then complain("event %d has the number %d", place, row.seq) end
    if not seen[row.seq] then complain("the event %s of %s was lost", row.type, row.order_id or "-") end
  end
end

-- A notification that was answered is in the ledger; one that proves nothing needs no row of its own.
local function check_notifications(ledger, shop, complain)
  for _, line in ipairs(shop:lines "answered") do
    local _, status, by, id = line:match "^(%d+) (%d+) (%S+) (.+)$"
    if by == "signature" and status == "200" and not ledger:notification(id) then
      complain("a notification was answered and is not recorded")
    end
  end
end

--- What the ledger's own check finds: calls say(sentence) for each.
function M.check(ledger, say)
  assert(checker.run(ledger, function(fault)
    say(("the ledger's check, %s %s: %s"):format(fault.table, fault.id, fault.problem))
  end))
end

--- What can never be right: a list of sentences.
function M.problems(ledger, books, shop)
  local list = {}
  local function complain(...) list[#list + 1] = string.format(...) end
  check_books(ledger, books, complain)
  check_attempts(ledger, complain)
  check_events(ledger, shop, complain)
  check_notifications(ledger, shop, complain)
  M.check(ledger, function(sentence) list[#list + 1] = sentence end)
  return list
end

return M
