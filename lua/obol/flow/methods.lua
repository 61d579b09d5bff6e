--- pay.flows. A flow is known by its id. Its members:
--
-- * `id`, `name`, `status` (`running`, `waiting`, `succeeded`, `failed`, `stopped`), `steps` (how many), `created_ms`,
--   `updated_ms`
-- * `input`; `result`: the first value that the flow returned
-- * `error`: of a flow that failed or stopped, or whose step is tried again: an obol.error, or nil
-- * `action`: what the payer does next, as given to flow:present
-- * `waits_for`: the order_id of what it waits for; `due_ms`: when it is looked at again; `deadline_ms`

local errors = require "obol.error"
local fault = require "obol.client.fault"
local list = require "obol.client.list"
local nearest = require "obol.nearest"
local order = require "obol.client.order"
local record = require "obol.flow.record"
local resource = require "obol.client.resource"
local runner = require "obol.flow.runner"
local value = require "obol.flow.value"
local view = require "obol.flow.view"
local work = require "obol.flow.work"

local M = {}

local TRIES = 5

local function check_options(options, known)
  for name, given in pairs(options) do
    if not known[name] then
      return nil, fault.invalid("options." .. tostring(name), "expected a known option" .. nearest.hint(name, known))
    end
    if known[name] ~= type(given) then
      return nil, fault.invalid("options." .. name, "expected a " .. known[name])
    end
  end
  return true
end

local MAX_NAMED = 20

-- The flow that was probably meant, or else those that there are, where they are few.
local function hint_of(client, name)
  local meant, names = nearest.hint(name, client.flow_definitions), {}
  if meant ~= "" then return meant end
  for one in pairs(client.flow_definitions) do names[#names + 1] = ("`%s`"):format(one) end
  if #names > MAX_NAMED then return "" end
  if #names == 0 then return ", and there is none: `flows` in the configuration names their files" end
  table.sort(names)
  return ", one of " .. table.concat(names, ", ")
end

local function definition_of(client, name)
  local found = client.flow_definitions[name]
  if found then return found end
  return nil, fault.invalid("name", "expected a configured flow" .. hint_of(client, name))
end

local function find(client, id)
  local row, err = client.ledger:flow(id)
  if row then return row end
  return nil, err or fault.missing("no flow has this id")
end

-- The flow as it is, whatever became of the run; an error where the ledger failed meanwhile.
local function shown(client, row, err)
  local now = client.ledger:flow(row.id)
  return view.flow(client, now or row), err
end

-- Runs the flow, whose lease is ours, and answers it.
local function go(client, defined, row, force, abort)
  local outcome, after = runner.run(client, defined, row, work.LEASE_MS, force, nil, abort)
  if not outcome then return shown(client, row, after) end
  if outcome == "taken" then return shown(client, row) end
  return view.flow(client, after)
end

local function new_row(client, defined, id, input, lease_ms)
  local now = client.clock()
  return { id = id, name = defined.name, status = "running", input = input, steps = 0, file = defined.file,
    deadline_ms = defined.deadline_ms and now + defined.deadline_ms, created_ms = now, updated_ms = now, due_ms = now,
    claimed_until = lease_ms and now + lease_ms or nil, version = 1 }
end

-- The flow that has the id already.
local function existing(client, id, name, input)
  local row, err = find(client, id)
  if not row then return nil, err end
  if row.name ~= name then return nil, fault.conflict("expected the flow that this id was first used for") end
  if not value.same(row.input, input) then return nil, fault.conflict("expected the input of the recorded flow") end
  return view.flow(client, row)
end

local start_options = { id = "string", run = "boolean" }

--- Starts the flow `name` with `input` (plain values, money, or what a call answers; no secrets, no card data): the
-- flow. It is durable then, and is run at once as far as it goes without waiting, unless `run` is false. options: `id`
-- (text of 1 to 128 bytes; a random one without it), `run`. The same id, name and input: the same flow; else nil and a
-- `conflict`. Where the ledger fails after the start, the answer is the flow and the error.
function M.start(client, name, input, options)
  resource.want(name, "string", "a flow's name")
  if options ~= nil then resource.want(options, "table", "options") end
  options = options or {}
  local ok, err = check_options(options, start_options)
  if not ok then return nil, err end
  local defined
  defined, err = definition_of(client, name)
  if not defined then return nil, err end
  if options.id ~= nil and not order.is_id(options.id) then
    return nil, fault.invalid("options.id", "expected text of 1 to 128 bytes without control characters")
  end
  local packed, problem = value.pack("input", 1, input)
  if not packed then
    local field, message = problem:match "^(.-): (.*)$"
    return nil, fault.invalid(field, message)
  end
  local id = options.id or client.unique()
  local row = new_row(client, defined, id, packed, options.run ~= false and work.LEASE_MS or nil)
  ok, err = client.ledger:begin_flow(row)
  if not ok and err.kind == "conflict" then return existing(client, id, name, packed) end
  if not ok then return nil, err end
  if options.run == false then return view.flow(client, row) end
  return go(client, defined, row)
end

--- The recorded flow, or nil and an error (`not_found`).
function M.get(client, id)
  resource.want(id, "string", "a flow's id")
  local row, err = find(client, id)
  return row and view.flow(client, row), err
end

local filters = { name = "text", status = "text", waits_for = "text" }

--- Recorded flows, oldest first: query = { name =, status =, waits_for = (an order_id), from_ms =, to_ms =, limit =
-- (1 to 1000), cursor = }. Answers a list and the cursor of the next page, nil after the last.
function M.list(client, query)
  return list.run(client, "flows", query, filters, view.flow)
end

--- What the flow did, in its order: a list of { number =, kind =, name =, subject =, line =, done =, tries =, error =,
-- values =, until_ms =, time_ms = }; or nil and an error.
function M.steps(client, id)
  resource.want(id, "string", "a flow's id")
  local row, err = find(client, id)
  if not row then return nil, err end
  local steps
  steps, err = client.ledger:flow_record(id)
  if not steps then return nil, err end
  local found = {}
  for number, step in pairs(steps) do
    if step.number == number then found[#found + 1] = view.step(step) end
  end
  table.sort(found, function(a, b) return a.number < b.number end)
  return found
end

-- Makes a flow that stopped or waits run: its row with our lease and its definition (nil where that is not `wanted`),
-- or nil and an error.
local function take(client, id, wanted)
  local row, err = find(client, id)
  if not row then return nil, err end
  if row.status == "succeeded" or row.status == "failed" then
    return nil, fault.conflict("expected a flow that has not ended")
  end
  local defined = wanted and client.flow_definitions[row.name] or nil
  if wanted and not defined then
    return nil, fault.invalid("id", ("expected a flow that is configured here, and `%s` is not"):format(row.name))
  end
  local now = client.clock()
  if (row.claimed_until or 0) > now then
    local left_s = math.ceil((row.claimed_until - now) / 1000)
    return nil, errors.new { kind = "conflict", retryable = true, retry_after_ms = row.claimed_until - now,
      message = ("another process runs the flow; if that one has died, another takes it up in %d s"):format(left_s) }
  end
  if row.status == "stopped" then
    row, err = client.ledger:write_flow(row, { status = "running", due_ms = now, claimed_until = now + work.LEASE_MS,
      updated_ms = now })
    if not row then return nil, err end
    return row, defined
  end
  local until_ms = now + work.LEASE_MS
  local ok
  ok, err = client.ledger:claim("flows", id, row, until_ms)
  if not ok then return nil, err end
  row.claimed_until = until_ms
  return row, defined
end

--- Runs a flow now: one that stopped goes on where it stopped, one that waits looks whether it can. A step that
-- failed is tried at once, and as often as a new one. Answers the flow; nil and an error (`conflict` for one that has
-- ended, or that another process runs).
function M.resume(client, id)
  resource.want(id, "string", "a flow's id")
  local row, defined = take(client, id, true)
  if not row then return nil, defined end
  return go(client, defined, row, true)
end

local fail_options = { undo = "boolean" }

--- Makes a flow fail that has not ended, for `reason` (text): its undo steps are run, as after flow:fail. A step that
-- is under way is left as it is, and so are payments and refunds; of one that is failing already, the undo step that
-- raised is tried at once. options: `undo` (false: nothing of the flow's code
-- is run, for one whose code no longer matches its record or is gone). Answers the flow: `failed`, or still on its way
-- there where an undo step is tried again; nil and an error (`conflict` for one that has ended, or that is run).
function M.fail(client, id, reason, options)
  resource.want(id, "string", "a flow's id")
  resource.want(reason, "string", "a reason")
  if options ~= nil then resource.want(options, "table", "options") end
  local ok, err = check_options(options or {}, fail_options)
  if not ok then return nil, err end
  local undo = not options or options.undo ~= false
  local row, defined = take(client, id, undo)
  if not row then return nil, defined end
  local abort = { kind = "declined", message = record.text(reason) }
  if undo then return go(client, defined, row, true, abort) end
  local run = { client = client, row = row }
  record.finish(run, { status = "failed", error = abort })
  return shown(client, row, run.err)
end

--- Gives a flow a word that flow:receive(name) waits for, or will: `given` is its value (plain values or money).
-- Answers the flow, or nil and an error (`conflict` for one that has ended). The flow goes on with the next run.
function M.tell(client, id, name, given)
  resource.want(id, "string", "a flow's id")
  resource.want(name, "string", "a word's name")
  if #name < 1 or #name > 64 or name:find "%c" then
    return nil, fault.invalid("name", "expected text of 1 to 64 bytes without control characters")
  end
  local packed, problem = value.pack("value", 1, given)
  if not packed then
    local field, message = problem:match "^(.-): (.*)$"
    return nil, fault.invalid(field, message)
  end
  local row, ok, err
  for _ = 1, TRIES do
    row, err = find(client, id)
    if not row then return nil, err end
    if row.status == "succeeded" or row.status == "failed" then
      return nil, fault.conflict("expected a flow that has not ended")
    end
    local now = client.clock()
    ok, err = client.ledger:tell_flow(row, { id = ("%s/word/%s"):format(id, client.unique()), flow = id, name = name,
      kind = "word", value = packed, time_ms = now }, now)
    if ok then return (shown(client, row)) end
    if err.kind ~= "conflict" then return nil, err end
  end
  return nil, err
end

--- Runs whatever flows are due: those that were started and not run to their end, whose time has come, whose payment
-- has changed, or whose process died (its lease ends by itself). Run it every few seconds, in as many processes as you
-- like: each flow is leased to one of them, and what it does is recorded once.
--
-- options: `limit` (flows to run; all that are due without it), `until_ms` (what is due by then; now), `at_once` (8),
-- `lease_ms` (60000: after so long without a sign of its process a flow is taken up by another; a step that takes
-- longer has a `lease` of its own), `on_progress` (a function that gets each flow, with `result`, and the report so
-- far; answering false it ends the run), `goes_on` (a function that is asked before each flow and step; when it
-- answers false, what was begun stays due for whoever runs flows next).
--
-- Answers a report: `looked`, and of these `ended`, `failed`, `waiting`, `stopped` and `taken` (another process runs
-- it); `unknown` (due flows that are not configured here), `left` (whether more is due). Where the ledger fails, the
-- answer is the report and an error, or nil and an error when nothing was run.
function M.run(client, options)
  if options ~= nil then resource.want(options, "table", "options") end
  return work.run(client, options or {})
end

return M
