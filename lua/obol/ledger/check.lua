--- Going through a ledger: does all that is recorded fit together? It reads, and changes nothing.
--
-- What others write meanwhile may look wrong for a moment, so what is found is read once more before it
-- is told.

local flows = require "obol.ledger.check_flows"
local money = require "obol.money"
local states = require "obol.ledger.states"

local M = {}

local PAGE = 200

--- The tables in the order in which they are gone through.
M.names = { "payments", "attempts", "refunds", "subscriptions", "notifications", "events", "consumers",
  "flows", "steps" }

-- Rows of a query, all of them; raises what the ledger answers instead.
local function all(ledger, name, where)
  local found, cursor = {}, nil
  repeat
    local page, next_page = ledger:list(name, { where = where, limit = 1000, after = cursor })
    if not page then error(next_page, 0) end
    for _, row in ipairs(page) do found[#found + 1] = row end
    cursor = next_page
  until not cursor
  return found
end

local function get(ledger, name, key)
  local row, err = ledger.store:get(name, key)
  if err then error(err, 0) end
  return row
end

local tells = { payments = " payment.succeeded payment.failed payment.updated subscription.renewed ",
  refunds = " refund.updated " }

-- The states that the events of one row tell, in their order.
local function told(events, name, key)
  local list, prefix = {}, name .. "/" .. key .. "/"
  for _, event in ipairs(events) do
    local version = event.id:sub(1, #prefix) == prefix and tonumber(event.id:match("^(%d+)%.%d+$", #prefix + 1))
    -- beside them a unit may tell of other rows, and of what changes no state
    if version and tells[name]:find(" " .. event.type .. " ", 1, true) then
      list[#list + 1] = { status = event.status, version = version }
    end
  end
  return list
end

-- Whether a row may come from one state to another, through a new attempt that nobody was told of.
local function is_reachable(kind, from, to)
  if states.may(kind, from, to) then return true end
  return kind ~= "subscription" and states.may(kind, from, "created") and states.may(kind, "created", to)
end

local function check_states(kind, row, list, tell)
  if not states.is(kind, row.status) then return tell("its state is none") end
  local before, version = kind == "subscription" and "incomplete" or "created", 0
  for place, step in ipairs(list) do
    -- a row that is made whole at once begins where it was told to be
    local first = place == 1 and step.version == 1
    if not states.is(kind, step.status) then return tell("an event tells a state that is none") end
    if not first and not is_reachable(kind, before, step.status) then
      return tell(("its events lead from %s to %s, which may not be"):format(before, step.status))
    end
    if step.version < version or step.version > row.version then return tell("its events are not of its versions") end
    before, version = step.status, step.version
  end
  local is_new_attempt = row.status == "created" and states.may(kind, before, "created")
  if before ~= row.status and not is_new_attempt then
    tell(("it is %s, and its events end at %s"):format(row.status, before))
  end
end

local fits = {
  succeeded = { succeeded = true },
  failed = { not_sent = true, rejected = true, declined = true, abandoned = true },
  expired = { declined = true }, canceled = { declined = true },
  requires_action = { accepted = true }, processing = { accepted = true },
  unknown = { unknown = true },
  -- after what came to nothing another account is about to be tried
  created = { unknown = true, not_sent = true, rejected = true, declined = true, abandoned = true },
}

local function is_open(status) return status ~= "succeeded" and not states.late_from[status] end

local function check_attempt_of(row, one, tell)
  if not row.attempt then
    if is_open(row.status) then tell "it is open and has no attempt" end
    return
  end
  if not one then return tell "its attempt is not recorded" end
  if not one.refused_state and fits[row.status] and not fits[row.status][one.outcome] then
    tell(("it is %s, and its attempt %s"):format(row.status, one.outcome))
  end
  if is_open(row.status) and not row.due_ms then tell "it is open and nobody will look at it" end
end

local checks = { flows = flows.flows, steps = flows.steps }

function checks.payments(ledger, row, tell)
  local events = all(ledger, "events", { order_id = row.order_id })
  check_states("payment", row, told(events, "payments", row.order_id), tell)
  check_attempt_of(row, row.attempt and get(ledger, "attempts", row.attempt), tell)
  local successes = all(ledger, "attempts", { success_of = row.order_id })
  if #successes > 1 then tell "more than one attempt has its success" end
  if row.attempt and (row.status == "succeeded") ~= (#successes == 1) then
    tell(#successes == 1 and "an attempt has its success, and it has not succeeded" or "no attempt has its success")
  end
end

function checks.attempts(ledger, row, tell)
  local rule = states.outcomes[row.outcome]
  if not rule then return tell "its outcome is none" end
  if rule.closed and row.slot then tell "it is closed and holds a slot" end
  if rule.closed and row.exclusive then tell "it is closed and holds an exclusive right" end
  if not rule.closed and not row.slot and not row.operation:find "^subscription%.[^c]"
    and row.operation ~= "subscription.cancel" then
    tell "it is open and holds no slot"
  end
  if row.success_of and row.outcome ~= "succeeded" then tell "it has a success and did not succeed" end
  local name, key = "payments", row.order_id
  if row.refund_id then name, key = "refunds", row.refund_id end
  if not key or not get(ledger, name, key) then tell(("its row of %s is not recorded"):format(name)) end
end

local refund_fits = { succeeded = fits.succeeded, failed = fits.failed, processing = { accepted = true },
  unknown = fits.unknown, created = fits.unknown }

function checks.refunds(ledger, row, tell)
  local events = all(ledger, "events", { order_id = row.order_id })
  check_states("refund", row, told(events, "refunds", row.refund_id), tell)
  if not get(ledger, "payments", row.order_id) then tell "its payment is not recorded" end
  local one = row.attempt and get(ledger, "attempts", row.attempt)
  if row.attempt and not one then return tell "its attempt is not recorded" end
  if one and not one.refused_state and refund_fits[row.status] and not refund_fits[row.status][one.outcome] then
    tell(("it is %s, and its attempt %s"):format(row.status, one.outcome))
  end
  if row.attempt and row.status ~= "succeeded" and row.status ~= "failed" and not row.due_ms then
    tell "it is open and nobody will look at it"
  end
end

-- What was given back of one charge: as refunds say, and as the payment says.
local function check_charge(row, refunds, charge, tell)
  local zero = money("0", row.currency)
  local done, asked = zero, zero
  for _, refund in ipairs(refunds) do
    if refund.transaction_id == charge.transaction_id then
      if refund.currency ~= row.currency then return tell "a refund of it is in another currency" end
      local amount = money(refund.amount, refund.currency)
      if refund.status == "succeeded" then done = done + amount end
      if refund.status ~= "failed" then asked = asked + amount end
    end
  end
  local recorded = charge.refunded and money(charge.refunded, row.currency) or zero
  if recorded ~= done then tell "what was given back is not the sum of its refunds" end
  if row.amount and asked > money(row.amount, row.currency) then tell "more is given back than was taken" end
end

local function check_refunded(ledger, row, tell)
  local refunds = all(ledger, "refunds", { order_id = row.order_id })
  if not row.currency then
    if #refunds > 0 then tell "it has refunds and no currency" end
    return
  end
  check_charge(row, refunds, { refunded = row.refunded }, tell)
  for _, entry in ipairs(row.surplus or {}) do
    if entry.provider_id then
      check_charge(row, refunds, { transaction_id = entry.provider_id, refunded = entry.refunded }, tell)
    end
  end
end

local of_payment = checks.payments
function checks.payments(ledger, row, tell)
  of_payment(ledger, row, tell)
  check_refunded(ledger, row, tell)
end

function checks.subscriptions(ledger, row, tell)
  if not states.is("subscription", row.status) then return tell "its state is none" end
  if not get(ledger, "payments", row.order_id) then tell "its first charge is not recorded" end
  local holder, err = ledger:holder("slot", "subscription:" .. row.order_id)
  if err then error(err, 0) end
  if holder and not row.due_ms then tell "a change of it is open and nobody will look at it" end
end

function checks.notifications(_, row, tell)
  if row.applied_ms and row.waits_for then tell "it was acted on and waits" end
  if row.waits_for and not (row.event and row.due_ms) then tell "it waits and nobody will look at it" end
end

function checks.events(_, row, tell, run)
  if row.seq ~= run.seq + 1 then tell "its number does not follow the one before" end
  run.seq = row.seq
end

function checks.consumers(ledger, row, tell)
  local last, ends = row.cursor, row.cursor
  for place = 1, #(row.done or {}), 2 do
    local from, to = row.done[place], row.done[place + 1]
    if not to or from > to or from <= last + 1 then return tell "what it has done is no list of ranges" end
    last, ends = to, to
  end
  if ends > 0 then
    local found, err = ledger:list("events", { where = {}, after = ("%d"):format(ends - 1), limit = 1 })
    if not found then error(err, 0) end
    if not found[1] then tell "it has done events that are not recorded" end
  end
end

local function key_of(name) return require("obol.ledger.tables")[name].key end

-- Tells of what is still wrong when it is read again.
local function check_row(ledger, name, row, run)
  local found = {}
  local function note(problem) found[#found + 1] = problem end
  checks[name](ledger, row, note, run)
  if #found == 0 then return end
  if name ~= "events" then
    found = {}
    local fresh = get(ledger, name, row[key_of(name)])
    if fresh then checks[name](ledger, fresh, note, run) end
  end
  for _, problem in ipairs(found) do run.tell { table = name, id = row[key_of(name)], problem = problem } end
end

local function go_through(ledger, name, run, progress)
  local count, cursor = 0, nil
  repeat
    local page, next_page = ledger:list(name, { limit = PAGE, after = cursor })
    if not page then error(next_page, 0) end
    for _, row in ipairs(page) do
      check_row(ledger, name, row, run)
      count = count + 1
      if progress then progress(name, count) end
    end
    cursor = next_page
  until not cursor
  return count
end

-- What the database says of its own file.
local function verify(ledger, run)
  if not ledger.store.verify then return end
  local problems, err = ledger.store:verify()
  if not problems then error(err, 0) end
  for _, problem in ipairs(problems) do run.tell { table = "database", id = "file", problem = problem } end
end

--- Goes through the ledger: calls tell{ table =, id =, problem = } for each thing that is wrong, and
-- progress(name of the table, rows so far), if given. Answers how many rows each table has, or nil and an
-- error.
function M.run(ledger, tell, progress)
  local counts, run = {}, { tell = tell, seq = 0 }
  local ok, raised = pcall(function()
    verify(ledger, run)
    for _, name in ipairs(M.names) do counts[name] = go_through(ledger, name, run, progress) end
  end)
  if ok then return counts end
  if type(raised) == "table" and raised.kind then return nil, raised end
  error(raised, 0)
end

return M
