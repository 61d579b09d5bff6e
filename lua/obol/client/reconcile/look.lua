--- One look at one row: lease, question, next moment. Whoever has the lease asks, so that two machines
-- do not ask the same twice; it ends by time, so that one that died holds nothing up. What comes of the
-- question is recorded by the units of a call, which other calls may win.

local attempt = require "obol.client.attempt"
local checked = require "obol.client.options"
local errors = require "obol.error"
local fault = require "obol.client.fault"
local ledger = require "obol.ledger"

local M = {}

local SPARE_MS, TRIES = 5000, 3
-- A row for which no next moment can be told, by a fault of ours, waits so long for the next version.
local PUT_OFF_MS = 3600000

-- The error object of what was raised; anything else is a fault of this library.
local function error_of(raised)
  if errors.is(raised) then return raised end
  return errors.new { kind = "internal", message = "a look failed: " .. tostring(raised) }
end

local function reread(client, kind, key)
  return client.ledger.store:get(kind.name, key)
end

-- When the row comes next, as columns; why it cannot be resolved; its attempt. Raises.
local function plan(client, kind, row, since_ms, err)
  -- the look that ends here counts
  local looks = (row.looks or 0) + 1
  local counted = attempt.merged(row, { looks = looks })
  local next_ms, why, one = kind.plan(client, counted, since_ms)
  if next_ms and err and err.retry_after_ms then next_ms = math.max(next_ms, since_ms + err.retry_after_ms) end
  local to = { due_ms = next_ms or ledger.none, looks = next_ms and looks or ledger.none }
  if why and kind.name ~= "notifications" then to.unresolved = true end
  return to, why, one
end

-- The same, but raises only what the ledger answered: what goes wrong with one row must not hold up the others. What
-- went wrong comes last then, and the row is put off.
local function plan_safely(client, kind, row, since_ms, err)
  local ok, to, why, one = pcall(plan, client, kind, row, since_ms, err)
  if ok then return to, why, one end
  if errors.is(to) then error(to, 0) end
  return { due_ms = since_ms + PUT_OFF_MS, looks = (row.looks or 0) + 1 }, nil, nil, error_of(to)
end

-- Ends the look: the row as it is then, why it cannot be resolved, its attempt, and what went wrong with it; or nil
-- and an error.
local function finish(client, kind, key, row, since_ms, until_ms, err)
  local ledger_err
  for _ = 1, TRIES do
    local fresh, read_err = reread(client, kind, key)
    if not fresh then return nil, read_err end
    local to, why, one, odd = plan_safely(client, kind, fresh, since_ms, err)
    -- What changed the row meanwhile said when it comes next, and nobody has the lease any more.
    if fresh.claimed_until ~= until_ms then return fresh, why, one, odd end
    if fresh.due_ms ~= row.due_ms then to.due_ms, to.looks = nil, nil end
    local ok
    ok, ledger_err = client.ledger:looked(kind.name, key, fresh, to)
    if ok then return attempt.merged(fresh, to), why, one, odd end
    if ledger_err.kind ~= "conflict" then return nil, ledger_err end
  end
  return nil, ledger_err
end

--- What is shown of a row: kind, id, order_id, status, account, since_ms, due_ms, looks, why, error, attempt.
function M.entry(kind, row, why, one, err)
  return {
    kind = kind.kind, id = row[kind.key], order_id = row.order_id, status = row.status or row.type,
    account = row.account, since_ms = row.created_ms or row.received_ms, due_ms = row.due_ms, looks = row.looks or 0,
    why = why, error = err or fault.of_row(row.error), attempt = one and attempt.view(one),
  }
end

--- What is shown of a row that is not looked at: as M.entry. Raises what the ledger answers.
function M.preview(client, kind, row)
  local _, why, one, odd = plan_safely(client, kind, row, client.clock())
  return M.entry(kind, row, why, one, odd)
end

local ends = { succeeded = true, failed = true, canceled = true, expired = true }

local function result_of(kind, before, after, err)
  if kind.name == "notifications" then return after.waits_for and "waiting" or "settled" end
  if before.status ~= after.status then return ends[after.status] and "settled" or "changed" end
  if err then return "failed" end
  return after.due_ms and "waiting" or "settled"
end

--- Looks at `row` of `kind`: an entry with `result` (`settled`, `changed`, `waiting`, `failed`, or `taken`
-- where somebody else looks at it), or nil and the ledger's error.
function M.run(client, kind, row, timeout_ms)
  local key, since_ms = row[kind.key], client.clock()
  local until_ms = since_ms + timeout_ms + SPARE_MS
  local ok, err = client.ledger:claim(kind.name, key, row, until_ms)
  if not ok then
    if err.kind ~= "conflict" then return nil, err end
    local entry = M.entry(kind, row)
    entry.result = "taken"
    return entry
  end
  local claimed = attempt.merged(row, { claimed_until = until_ms })
  local fine, raised = pcall(kind.look, client, claimed, checked.check(client, { timeout_ms = timeout_ms }))
  local shown = raised
  if not fine then shown = error_of(raised) end
  local finished, after, why, one, odd = pcall(finish, client, kind, key, row, since_ms, until_ms, shown)
  if not finished then return nil, error_of(after) end
  if not after then return nil, why or fault.missing("the row is not there any more") end
  shown = shown or odd
  local entry = M.entry(kind, after, why, one, shown)
  entry.result = result_of(kind, row, after, shown)
  return entry
end

return M
