-- What has to hold after every step. A copy of what was committed is kept here, unit by unit, with rules
-- of its own: nothing of the library is asked whether the library is right.

local worlds = require "spec.contract.world"

local Invariants = {}
Invariants.__index = Invariants

local M = {}

local function set(words)
  local found = {}
  for word in words:gmatch "%S+" do found[word] = true end
  return found
end

-- The states as the contract has them.
local follows = {
  payments = {
    created = set "requires_action processing succeeded failed unknown",
    requires_action = set "processing succeeded failed canceled expired unknown",
    processing = set "requires_action succeeded failed canceled expired unknown",
    unknown = set "created requires_action processing succeeded failed canceled expired",
    failed = set "created succeeded", expired = set "created succeeded", canceled = set "succeeded", succeeded = {},
  },
  refunds = {
    created = set "processing succeeded failed unknown", processing = set "succeeded failed unknown",
    unknown = set "created processing succeeded failed", failed = set "created succeeded", succeeded = {},
  },
  flows = {
    running = set "waiting succeeded failed stopped", waiting = set "running succeeded failed stopped",
    stopped = set "running", succeeded = {}, failed = {},
  },
}
local over = set "not_sent rejected declined abandoned succeeded"
local is_nothing = set "not_sent rejected abandoned"
local definite_no = set "rejected declined abandoned"

local function cents(amount)
  local whole, part = (amount or "0.00"):match "^(%d+)%.(%d%d)$"
  return whole and tonumber(whole) * 100 + tonumber(part) or 0
end

M.cents = cents

function M.new(run)
  return setmetatable({ run = run, rows = { payments = {}, attempts = {}, refunds = {}, subscriptions = {},
    notifications = {}, events = {}, consumers = {}, flows = {}, steps = {} },
    slots = {}, unsure = {}, units = 0, paid_events = {} }, Invariants)
end

--- Notes that something does not hold; the run ends at its next step.
function Invariants:fail(format, ...)
  self.broken = self.broken or format:format(...)
end

local function text(value) return value == nil and "nothing" or tostring(value) end

-- A new attempt in a slot comes after a definite no of the one before, or repeats what never left.
function Invariants:new_attempt(row)
  local before = self.slots[row.slot or ""]
  if row.slot then self.slots[row.slot] = row.key end
  if not before then return end
  local last = self.rows.attempts[before]
  if row.generation == last.generation and last.outcome == "not_sent" then return end
  -- Changes of a subscription follow each other, and only one is open.
  if row.slot:find "^subscription:" and last.outcome ~= "unknown" then return end
  if not definite_no[last.outcome] then
    self:fail("a new key of %s after an attempt that is %s", row.slot, last.outcome)
  elseif self.unsure[before] and last.found_by == "our_ref" and last.code ~= "expired" then
    -- (Only an answer of the provider says of an attempt that it expired.)
    self:fail("a new key of %s though nobody asked what became of the last", row.slot)
  end
end

function Invariants:attempt_set(row, to)
  local outcome = to.outcome
  if not outcome or outcome == row.outcome then return end
  if row.outcome == "succeeded" then self:fail("attempt %s: succeeded, then %s", row.key, outcome) end
  if to.code == "never_received" then
    for _, call in ipairs(self.run.late) do
      if call.body:find(row.key, 1, true) then self:fail("attempt %s: given up while it is on its way", row.key) end
    end
  end
  local again = row.outcome == "not_sent" and outcome == "unknown"
  if over[row.outcome] and outcome ~= "succeeded" and not again then
    self:fail("attempt %s: %s, then %s", row.key, row.outcome, outcome)
  end
end

local function own_refunds(self, order_id, transaction_id)
  local sum = 0
  for _, row in pairs(self.rows.refunds) do
    if row.order_id == order_id and row.transaction_id == transaction_id and row.status ~= "failed" then
      sum = sum + cents(row.amount)
    end
  end
  return sum
end

-- Asked for by the merchant: never more than was paid. What the console gave back comes on its own.
function Invariants:new_refund(row)
  local payment = self.rows.payments[row.order_id]
  if not row.attempt then return end
  if not payment or payment.status ~= "succeeded" then
    self:fail("refund %s of a payment that did not succeed", row.refund_id)
  elseif own_refunds(self, row.order_id, row.transaction_id) > cents(payment.amount) then
    self:fail("refunds of %s over what was paid", row.order_id)
  end
end

function Invariants:payment_set(row, to)
  for _, column in ipairs{ "amount", "currency", "operation" } do
    if to[column] ~= nil and row[column] ~= nil and to[column] ~= row[column] and not row.renewal_of then
      self:fail("payment %s: another %s", row.order_id, column)
    end
  end
  if to.refunded and cents(to.refunded) < cents(row.refunded) then self:fail("%s: less refunded", row.order_id) end
  if cents(to.refunded) > cents(row.amount) then self:fail("%s: more refunded than paid", row.order_id) end
end

function Invariants:state_set(name, row, to, key)
  local rules, status = follows[name], to.status
  if rules and status and status ~= row.status and not rules[row.status][status] then
    self:fail("%s %s: from %s to %s", name, key, row.status, text(status))
  end
  if row.version and to.status and to.version ~= row.version + 1 then
    self:fail("%s %s: version %s after %d", name, key, text(to.version), row.version)
  end
end

function Invariants:new_event(row)
  if row.type ~= "payment.succeeded" then return end
  if self.paid_events[row.order_id] then self:fail("%s: told twice that it succeeded", row.order_id) end
  self.paid_events[row.order_id] = true
end

function Invariants:notification_set(row)
  if row.applied_ms then self:fail("notification %s: applied twice", row.id) end
end

local set_of = { attempts = "attempt_set", payments = "payment_set", notifications = "notification_set" }
local new_of = { attempts = "new_attempt", refunds = "new_refund", events = "new_event" }
local key_of = { payments = "order_id", attempts = "key", refunds = "refund_id", subscriptions = "order_id",
  notifications = "id", events = "id", consumers = "name", flows = "id", steps = "id" }

-- A column that is emptied holds a mark without members.
local function merge(row, to)
  for column, value in pairs(to) do
    if type(value) == "table" and getmetatable(value) then value = nil end
    row[column] = value
  end
end

--- A unit was committed.
function Invariants:committed(changes)
  self.units = self.units + 1
  -- What a notification proves, nobody has to ask about.
  for _, change in ipairs(changes) do
    if (change.put or change.set) == "notifications" then self.unsure = {} end
  end
  for _, change in ipairs(changes) do
    local name = change.put or change.set
    local rows = self.rows[name]
    if change.put then
      local row = {}
      merge(row, change.row)
      local key = row[key_of[name]]
      if rows[key] then self:fail("%s %s: made twice", name, key) end
      rows[key] = row
      if new_of[name] then self[new_of[name]](self, row) end
    else
      local row = rows[change.key]
      self:state_set(name, row, change.to, change.key)
      if set_of[name] then self[set_of[name]](self, row, change.to) end
      local is_anew = name == "refunds" and row.status == "failed" and change.to.status == "created"
      merge(row, change.to)
      if is_anew then self:new_refund(row) end
    end
  end
end

local function is_create(self, call)
  for _, line in ipairs(self.run.adapter.create) do
    if call.line:find(line) then return true end
  end
  return call.line:find "^POST .*/refunds?$" ~= nil
end

--- The first byte of a request is about to leave: what it asks for has to be durable.
function Invariants:leaves(call)
  if not is_create(self, call) then return end
  local recorded = false
  for key, row in pairs(self.rows.attempts) do
    -- What is sent once more may have been told to be paid meanwhile, never to be over without it.
    -- (A clock that is set forward ends the time in which nobody else looks at it.)
    if not is_nothing[row.outcome] or self.run.is_skewed then
      local word = row.refund_id or (self.run.adapter.name == "appwheel" and row.product_id) or key
      if call.body:find(word, 1, true) then recorded, self.unsure[key] = true, true end
    end
  end
  if not recorded then self:fail("%s left before it was recorded", call.line) end
end

--- A caller was told how a request ended: what became of a key is known, or was asked about, from now on.
function Invariants:told(request, reply, err)
  local call = { line = request.method .. " " .. request.url:gsub("%?.*", ""), body = worlds.bytes_of(request.body) }
  if not is_create(self, call) then
    if reply then self.unsure = {} end
    return
  end
  if not reply and err.outcome == "unknown" then return end
  for key, row in pairs(self.rows.attempts) do
    if call.body:find(row.refund_id or key, 1, true) then self.unsure[key] = nil end
  end
end

local function check_order(self, order, seen)
  local one = self.rows.attempts[order.key]
  if not one then return self:fail("the provider has %s, of which nothing is recorded", order.id) end
  if order.is_renewal then return end
  -- 4metas makes an order each time that it is asked: all but the last were shown to nobody.
  local is_twice = seen[order.key] and self.run.adapter.name ~= "fourmetas"
  if is_twice then self:fail("the provider has two orders of one key") end
  seen[order.key] = true
  local payment = self.rows.payments[one.order_id]
  if order.order_id ~= one.order_id then self:fail("%s has another name at the provider", one.order_id) end
  if order.amount ~= cents(payment.amount) then self:fail("%s is over another amount at the provider", one.order_id) end
end

--- The provider has acted: whatever it holds is recorded here, once, over the same amount.
function Invariants:arrived(call)
  if not is_create(self, call) or self.run.adapter.name == "appwheel" then return end
  local seen = {}
  for _, order in ipairs(self.run:orders()) do check_order(self, order, seen) end
end

local function is_shown(self, row, provider_id)
  if row.status == "succeeded" and (provider_id == nil or row.provider_id == provider_id) then return true end
  for _, entry in ipairs(row.surplus or {}) do
    if entry.provider_id == provider_id then return true end
  end
  local renewal = provider_id and self.rows.payments[row.order_id .. "/" .. provider_id]
  return renewal and renewal.status == "succeeded" or false
end

local function row_of(self, event)
  local one = event.key and self.rows.attempts[event.key]
  return self.rows.payments[one and one.order_id or event.order_id or ""]
end

--- A notification was acknowledged: what it says is durable.
function Invariants:acknowledged(event, id)
  if event.type == "payment.succeeded" then
    local row = row_of(self, event)
    if row and not is_shown(self, row, event.provider_id) then
      self:fail("acknowledged that %s was paid, and it is %s", row.order_id, row.status)
    end
  elseif event.type == "refund.updated" and event.outcome == "succeeded" and event.refund_id then
    local row = self.rows.refunds[event.refund_id]
    local is_done = row and row.status == "succeeded"
    if not is_done then self:fail("acknowledged refund %s, which is not done", event.refund_id) end
  end
  local kept = id and self.rows.notifications[id]
  if event.verified_by == "signature" and event.type ~= "hint" and not (kept and kept.applied_ms) then
    self:fail("acknowledged a notification of %s that is not recorded", text(event.order_id))
  end
end

return M
