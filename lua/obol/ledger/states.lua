--- The states of payments, subscriptions, refunds and flows, and what each outcome of an attempt means.
-- These tables are the one place where it is written down: the ledger refuses what they do not
-- hold, and `states.picture` draws them for the documentation.

local M = {}

local function set(list)
  local found = {}
  for _, name in ipairs(list) do found[name] = true end
  return found
end

local payment_any = {
  "created", "requires_action", "processing", "succeeded", "failed", "canceled", "expired", "unknown",
}

--- transitions.<kind>.<from> lists every state that may follow.
M.transitions = {
  payment = {
    created = { "requires_action", "processing", "succeeded", "failed", "unknown" },
    requires_action = { "processing", "succeeded", "failed", "canceled", "expired", "unknown" },
    processing = { "requires_action", "succeeded", "failed", "canceled", "expired", "unknown" },
    unknown = payment_any,
    failed = { "created", "succeeded" },
    expired = { "created", "succeeded" },
    canceled = { "succeeded" },
    succeeded = {},
  },
  refund = {
    created = { "processing", "succeeded", "failed", "unknown" },
    processing = { "succeeded", "failed", "unknown" },
    unknown = { "created", "processing", "succeeded", "failed" },
    -- `succeeded`: a proven late one, with an alarm
    failed = { "created", "succeeded" },
    succeeded = {},
  },
  -- A provider tells a subscription's state, and may skip what lies between two looks at it; only
  -- what ended does not come back, except by a later proof that it was paid after all.
  subscription = {
    incomplete = { "trialing", "active", "past_due", "paused", "canceled", "expired" },
    trialing = { "active", "past_due", "paused", "canceled", "expired" },
    active = { "trialing", "past_due", "paused", "canceled", "expired" },
    past_due = { "trialing", "active", "paused", "canceled", "expired" },
    paused = { "trialing", "active", "past_due", "canceled", "expired" },
    canceled = { "incomplete", "trialing", "active" },
    expired = { "incomplete", "trialing", "active" },
  },
  flow = {
    running = { "waiting", "succeeded", "failed", "stopped" },
    waiting = { "running", "succeeded", "failed", "stopped" },
    -- a person looks at it, and lets it go on
    stopped = { "running" },
    succeeded = {},
    failed = {},
  },
}

--- first.<kind>: the state in which it begins.
M.first = { payment = "created", refund = "created", subscription = "incomplete", flow = "running" }

local allowed = {}
for kind, rows in pairs(M.transitions) do
  allowed[kind] = {}
  for from, list in pairs(rows) do allowed[kind][from] = set(list) end
end

--- Whether `kind` (`payment`, `refund`, `subscription`, `flow`) may go from one state to another. Staying
-- is always allowed.
function M.may(kind, from, to)
  if from == to then return true end
  local row = allowed[kind][from]
  return row ~= nil and row[to] == true
end

--- Whether `name` is a state of `kind`.
function M.is(kind, name)
  return allowed[kind][name] ~= nil
end

--- States of a payment from which a proven success is late: money came after we had given up.
M.late_from = set { "failed", "canceled", "expired" }

--- States of a payment that a new attempt may leave.
M.next_attempt_from = set { "failed", "expired" }

--- outcomes.<name>: `closed` the attempt is over; `raises` the next attempt is of a new generation;
-- `again` the same key may be sent once more; `payment` the payment's state when no other account
-- is left.
M.outcomes = {
  not_sent = { closed = true, again = true, payment = "failed" },
  rejected = { closed = true, raises = true, payment = "failed" },
  declined = { closed = true, raises = true, payment = "failed" },
  abandoned = { closed = true, raises = true, payment = "failed" },
  accepted = { payment = "processing", payment_with_action = "requires_action" },
  succeeded = { closed = true, payment = "succeeded" },
  unknown = { payment = "unknown" },
}

--- The payment's state after an attempt's outcome. `action`: whether the payer has something to do.
function M.after(outcome, action)
  local row = M.outcomes[outcome]
  return action and row.payment_with_action or row.payment
end

--- The states of `kind`, the one in which it begins first, those that end it last.
function M.names(kind)
  local names, rows = {}, M.transitions[kind]
  local function rank(name)
    if name == M.first[kind] then return 0 end
    return #rows[name] == 0 and 2 or 1
  end
  for name in pairs(rows) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    if rank(a) ~= rank(b) then return rank(a) < rank(b) end
    return a < b
  end)
  return names
end

--- A picture of one table of transitions, in the words of Mermaid.
function M.picture(kind)
  local lines = { "stateDiagram-v2", "  [*] --> " .. M.first[kind] }
  for _, from in ipairs(M.names(kind)) do
    for _, to in ipairs(M.transitions[kind][from]) do
      if from ~= to then lines[#lines + 1] = ("  %s --> %s"):format(from, to) end
    end
    if #M.transitions[kind][from] == 0 then lines[#lines + 1] = ("  %s --> [*]"):format(from) end
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
