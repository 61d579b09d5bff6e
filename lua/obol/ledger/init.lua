--- The ledger: the durable record of payments, attempts, refunds, subscriptions, notifications,
-- events and flows.
--
-- It takes whole units of work. Each method below that writes is one unit: it names the rows that it
-- read by their `version`, and is refused (kind `conflict`) where somebody changed them meanwhile;
-- when it answers, the unit is durable. What is beneath (memory, SQLite or PostgreSQL) is a store of five functions,
-- described in memory.lua; the units, the states and the constraints are the same for every store.
--
-- Rows are plain tables with the columns of tables.lua. Reading answers a copy, nil where there is
-- no such row, or nil and an error (kind `storage`).

local clone = require "obol.clone"
local errors = require "obol.error"
local rows = require "obol.ledger.rows"
local new_seen = require "obol.ledger.seen"
local states = require "obol.ledger.states"

local Ledger = {}
Ledger.__index = Ledger

-- The methods that not every program needs, loaded when one of them is first called.
local function load_parts(methods, name)
  -- in parentheses: `require` answers a second value
  for _, part in ipairs { (require "obol.ledger.work"), (require "obol.ledger.consumers"),
    (require "obol.ledger.flows") } do
    for member, method in pairs(part) do methods[member] = method end
  end
  setmetatable(methods, nil)
  return methods[name]
end

setmetatable(Ledger, { __index = load_parts })

local state_of = { payments = "payment", refunds = "refund", subscriptions = "subscription" }

--- The ledger's random id, from which the keys of attempts are derived.
function Ledger:id()
  return self.store:id()
end

-- Reads a row that has states.
local function read(self, name, key)
  local row, err = self.store:get(name, key)
  if row then self.seen:note(name, key, row.version, row.status) end
  return row, err
end

function Ledger:payment(order_id)
  return read(self, "payments", order_id)
end

function Ledger:subscription(order_id)
  return read(self, "subscriptions", order_id)
end

function Ledger:refund(refund_id)
  return read(self, "refunds", refund_id)
end

function Ledger:attempt(key)
  return self.store:get("attempts", key)
end

--- Rows of `payments`, `subscriptions`, `refunds`, `attempts`, `notifications` or `events` in the
-- order in which they were made: query = { where = { column = value }, from_ms =, to_ms =, after =
-- cursor, limit = }. Answers rows and the cursor of the next page, which is nil after the last.
function Ledger:list(name, query)
  return self.store:select(name, query)
end

--- Every attempt of an order, oldest first.
function Ledger:attempts(order_id)
  return self.store:select("attempts", { where = { order_id = order_id }, limit = 1000 })
end

--- The attempt that holds a slot (`payment:<order_id>`, ...) or an exclusive right; nil when free.
function Ledger:holder(column, value)
  local found, err = self.store:select("attempts", { where = { [column] = value }, limit = 1 })
  if not found then return nil, err end
  return found[1]
end

local function changed(unit, to)
  local copied = clone(to or {})
  copied.version = unit.version + 1
  return { set = unit.subject, key = unit.key, to = copied, expect = { version = unit.version } }
end

local function add_events(changes, unit, version)
  for place, event in ipairs(unit.events or {}) do
    local row = clone(event)
    -- The same change can never be told twice: its id is that of the version that it made.
    row.id = ("%s/%s/%d.%d"):format(unit.subject, unit.key, version, place)
    changes[#changes + 1] = { put = "events", row = row }
  end
end

-- The status that a unit asks for, if the table of transitions allows it. Refused, what belongs to it is
-- refused too (a subscription's other columns are told by the provider and stay true): the rest of the
-- unit is kept, and the refusal is written into the attempt.
local function allow(self, unit)
  local wanted = unit.to and unit.to.status
  if not wanted then return true end
  local status = self.seen:status(unit.subject, unit.key, unit.version)
  if not status then
    local row, err = read(self, unit.subject, unit.key)
    if not row then return nil, err end
    status = row.status
  end
  if states.may(state_of[unit.subject], status, wanted) then return true end
  local to = {}
  if unit.subject == "subscriptions" then
    for column, value in pairs(unit.to) do to[column] = value end
  end
  to.status = nil
  unit.to, unit.events, unit.refused = to, nil, status .. ">" .. wanted
  return true
end

-- Runs a unit about a row that has states, and remembers what it made of it.
local function run(self, unit, changes)
  local before = unit.version and self.seen:status(unit.subject, unit.key, unit.version)
  local ok, err = self.store:run(changes)
  if not ok then return nil, err end
  local status = unit.new and unit.new.status or unit.to and unit.to.status or before
  if status then self.seen:note(unit.subject, unit.key, unit.new and 1 or unit.version + 1, status) end
  return true
end

-- The change that makes an attempt's row. Only a key of which nothing ever left, or of which the
-- answer is missing, may be taken again.
local function attempt_change(unit)
  local row = unit.attempt
  if not unit.again then return { put = "attempts", row = row } end
  -- what was found out of the sending before says nothing of the next
  local to = { answered_ms = rows.none, query_step = rows.none, query_ms = rows.none, query_failed_ms = rows.none }
  if unit.again == "unknown" then
    for column, value in pairs(row) do to[column] = value end
    return { set = "attempts", key = row.key, to = to, expect = { outcome = "unknown" } }
  end
  to.kind, to.code, to.http_status = rows.none, rows.none, rows.none
  for column, value in pairs(row) do to[column] = value end
  return { set = "attempts", key = row.key, to = to, expect = { slot = rows.none, outcome = "not_sent" } }
end

--- Makes an attempt durable before its first byte leaves. unit = { subject = `payments`,
-- `subscriptions` or `refunds`, key =, new = the whole row when there is none yet, or version = and
-- to = the changes; attempt = the attempt's row; again = `not_sent` or `unknown`, the outcome after
-- which its key is sent once more; also = further changes }. True, or nil and an error: `conflict`
-- with the field `attempts.slot` (another attempt is open), `attempts.exclusive`, or a row that
-- somebody changed.
function Ledger:begin_attempt(unit)
  local changes = {}
  if unit.new then
    local row = clone(unit.new)
    row.version = 1
    changes[1] = { put = unit.subject, row = row }
  else
    local ok, err = allow(self, unit)
    if not ok then return nil, err end
    if unit.refused then
      return nil, errors.new { kind = "conflict", message = "expected a state that allows an attempt" }
    end
    changes[1] = changed(unit, unit.to)
  end
  changes[2] = attempt_change(unit)
  for _, change in ipairs(unit.also or {}) do changes[#changes + 1] = change end
  return run(self, unit, changes)
end

--- Records what is known of an attempt: unit = { subject =, key =, version =, to = changes of the
-- row, attempt = { key =, to = changes }, events = list, also = further changes }. A state that may
-- not follow is refused and kept in the attempt's `refused_state`. Answers true and the refusal
-- (`from>to`) if there was one, or nil and an error.
function Ledger:finish_attempt(unit)
  local ok, err = allow(self, unit)
  if not ok then return nil, err end
  local changes = { changed(unit, unit.to) }
  if unit.attempt then
    local to = clone(unit.attempt.to)
    to.refused_state = unit.refused or to.refused_state
    changes[2] = { set = "attempts", key = unit.attempt.key, to = to }
  end
  add_events(changes, unit, unit.version + 1)
  for _, change in ipairs(unit.also or {}) do changes[#changes + 1] = change end
  ok, err = run(self, unit, changes)
  if not ok then return nil, err end
  return true, unit.refused
end

--- Records a row that is made whole at once, such as a renewal: unit = { subject =, key =, new =,
-- events = }. `conflict` when it is there already.
function Ledger:add(unit)
  local row = { version = 1 }
  for column, value in pairs(unit.new) do row[column] = value end
  local changes = { { put = unit.subject, row = row } }
  add_events(changes, unit, 1)
  for _, change in ipairs(unit.also or {}) do changes[#changes + 1] = change end
  return self.store:run(changes)
end

--- A notification that was acted on, or is kept.
function Ledger:notification(id)
  return self.store:get("notifications", id)
end

--- Records what a query of an open attempt told beside its outcome: true, or nil and an error.
function Ledger:note_query(key, to)
  return self.store:run { { set = "attempts", key = key, to = to } }
end

--- Ends the lease of an attempt's call, if it is still the one until `until_ms`: true, or nil and an error.
function Ledger:let_go(key, until_ms)
  return self.store:run { { set = "attempts", key = key, to = { claimed_until = rows.none },
    expect = { claimed_until = until_ms, outcome = "unknown" } } }
end

--- Keeps a notification, once: `row` has the columns of notifications. Answers `"new"`,
-- `"duplicate"`, or nil and an error.
function Ledger:apply_event(row)
  local ok, err = self.store:run { { put = "notifications", row = row } }
  if ok then return "new" end
  if err.kind == "conflict" then return "duplicate" end
  return nil, err
end

-- A notification that is done with waits for nothing.
local function finished(to)
  for _, column in ipairs { "waits_for", "event", "due_ms", "looks", "claimed_until" } do to[column] = rows.none end
  return to
end

--- Marks a kept notification as acted on: true, or nil and an error (`conflict` when it was already).
function Ledger:finish_event(id, time_ms)
  return self.store:run { { set = "notifications", key = id, expect = { applied_ms = rows.none },
    to = finished { applied_ms = time_ms } } }
end

--- Lets go of what a kept notification waits for, without having acted on it: true, or nil and an error.
function Ledger:dismiss_event(id)
  return self.store:run { { set = "notifications", key = id, expect = { applied_ms = rows.none }, to = finished {} } }
end

function Ledger:close()
  return self.store:close()
end

local M = { none = rows.none }

--- A ledger over a store (see memory.lua for the five functions of one). Its member `durable` says
-- whether it outlives the process.
function M.over(store)
  return setmetatable({ store = store, durable = store.durable or false, seen = new_seen() }, Ledger)
end

-- What can be told of a file's path before it is opened: nil, or what was expected.
local function path_problem(path)
  if path == "" then return "expected a path behind `sqlite:`" end
  if path == ":memory:" then return nil end
  local folder = path:match "^(.*/)" or "./"
  local found = io.open(folder, "rb")
  if not found then return "expected a file in a folder that is there and can be read" end
  found:close()
  return nil
end

--- What can be told of a ledger's place before it is opened, which does not touch it: nil, or an error as that of
-- `open`.
function M.wrong_place(place)
  if place == "memory" then return nil end
  local kind = type(place) == "string" and place:match "^(%a+):"
  local problem
  if kind == "sqlite" then
    problem = path_problem(place:sub(8))
  elseif not kind or not place:find "^postgres%l*://" then
    problem = "expected `memory`, `sqlite:<path>` or `postgres://...`"
  end
  if problem then return errors.new { kind = "invalid", field = "ledger", message = problem } end
  if kind == "sqlite" or require("obol.core").features().postgres then return nil end
  return errors.new { kind = "unsupported", field = "ledger",
    message = "PostgreSQL needs the library libpq.so.5 of version 14 or later, which is not on this machine" }
end

--- Opens a ledger: `"memory"`, `"sqlite:<path>"`, `"sqlite::memory:"` or `"postgres://user@host/name"`.
-- Answers it, or nil and an error of kind `invalid` (`unsupported` where libpq is missing). A database is
-- opened by the first call that needs it, which is told when it cannot be. options: those of
-- obol.store.open.
function M.open(place, options)
  if place == "memory" then return M.over(require("obol.ledger.memory").open()) end
  local problem = M.wrong_place(place)
  if problem then return nil, problem end
  local store, err = require("obol.ledger.sql").open(place, options)
  if not store then return nil, err end
  return M.over(store)
end

return M
