--- Running a flow: from its beginning, with the recorded steps answered from the record, as far as it goes without
-- waiting. Who runs it has the lease of its row.

local errors = require "obol.error"
local object = require "obol.flow.object"
local operations = require "obol.flow.operations"
local record = require "obol.flow.record"
local value = require "obol.flow.value"
local wait = require "obol.wait"

local M = {}

--- The most steps that a flow may have.
M.MAX_STEPS = 1000

local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield
local unpack = table.unpack or unpack

local function pack(...) return { n = select("#", ...), ... } end

-- "await `A-1`" of a request, or of a recorded step.
local function describe(of)
  local parts = { of.kind }
  if of.name then parts[#parts + 1] = "`" .. of.name .. "`" end
  if of.subject and of.kind ~= "receive" then parts[#parts + 1] = "of `" .. of.subject .. "`" end
  return table.concat(parts, " ")
end

local function is_same(step, request)
  return step.kind == request.kind and step.name == request.name
    and (step.kind == "receive" or step.subject == request.subject)
end

-- The code asks for something else than what it did before.
local function mismatch(run, line, number, found)
  local step = run.steps[number]
  local message = ("%s: the code no longer matches the flow's record: expected step %d to be %s, as recorded at %s, "
    .. "found %s"):format(line, number, describe(step), step.line or "?", found)
  return record.stop(run, { kind = "conflict", message = message })
end

-- What belongs to a step that is done, each time the flow is run.
local function after(run, request, results)
  if request.undo then
    run.undo[#run.undo + 1] = { name = request.name, fn = request.undo, results = results, line = request.line }
  end
  return results
end

-- What ends a flow is done however many steps it had.
local ends = { fail = true, undo = true }

-- Whether somebody gave the flow up before this step, which is recorded: from then on it fails.
local function is_given_up(run, request)
  local step = run.steps[request.number]
  local is_asked = run.abort and not run.failing and (not step or step.state == "open")
  if is_asked then
    -- what is under way here is left as it is; a run after this one finds that it is over
    local err = run.abort
    run.abort = nil
    if not record.done(run, request, { value = { n = 1, list = { err } }, state = "over" }) then return true end
    step = run.steps[request.number]
  end
  if not step or step.state ~= "over" then return false end
  run.failing = step.value.list[1]
  return true
end

-- The same where the code does not come to a further step: it raised, or has ended with what cannot be recorded.
local function is_given_up_here(run)
  run.position = run.position + 1
  local line = ("%s:%d"):format(run.definition.file, run.definition.line)
  if is_given_up(run, { kind = "fail", number = run.position, line = line }) then return true end
  run.position = run.position - 1
  return false
end

-- The answer to what the flow asks for: packed results, or nil when it does not go on.
local function perform(run, request)
  run.position = run.position + 1
  local number = run.position
  request.number = number
  local step = run.steps[number]
  -- given up where the code raised, which has been mended
  local is_end = step and step.state == "over" and step.kind == "fail"
  if step and not is_end and not is_same(step, request) then
    return mismatch(run, request.line, number, describe(request))
  end
  if is_given_up(run, request) then return nil end
  if step and step.state ~= "open" then
    if request.kind == "fail" then
      run.failing = step.value.list[1]
      return nil
    end
    return after(run, request, pack(value.unpack(step.value)))
  end
  if number > M.MAX_STEPS and not ends[request.kind] then
    local message = ("%s: expected a flow of %d steps at most: let it start another"):format(request.line, M.MAX_STEPS)
    return record.stop(run, { kind = "invalid", message = message })
  end
  if run.goes_on and not run.goes_on() then
    -- whoever runs flows next does it
    if record.rest(run, run.client.clock(), nil, run.row.waits_for) then run.outcome = "waiting" end
    return nil
  end
  local results = operations[request.kind](run, request, step)
  return results and after(run, request, results)
end

-- Lets the flow go on with `values` until it asks for something or ends: what coroutine.resume answered. Where
-- something in it yields to the host (an event loop), that is passed on.
local function go_on(run, values)
  local thread = run.thread
  local answer = pack(resume(thread, unpack(values, 1, values.n)))
  while answer[1] and status(thread) ~= "dead" and answer[2] ~= object.ASKS do
    if not wait.takes_yields() then return pack(false, "expected no coroutine.yield: nobody here goes on with it") end
    answer = pack(resume(thread, yield(unpack(answer, 2, answer.n))))
  end
  return answer
end

-- "flows/shop.lua:12" of the place at which a coroutine ended by an error.
local function place_of(run)
  for level = 0, 20 do
    local info = debug.getinfo(run.thread, level, "Sl")
    if not info then break end
    if info.source == "@" .. run.definition.file and info.currentline > 0 then
      return ("%s:%d"):format(run.definition.file, info.currentline)
    end
  end
  return nil
end

-- An error in the flow's own code: a person has to look at it.
local function stop(run, raised, where)
  where = where or place_of(run)
  -- a text begins with its place already
  if type(raised) == "string" and where and raised:sub(1, #where + 1) == where .. ":" then where = nil end
  return record.stop(run, record.error_row(raised, where or (type(raised) ~= "string" and run.definition.file or nil)))
end

-- Whether all that is recorded was asked for.
local function is_whole(run, what)
  local number = run.position + 1
  if not run.steps[number] then return true end
  return mismatch(run, ("%s:%d"):format(run.definition.file, run.definition.line), number, what)
end

-- Runs the undo steps, the last first, each recorded; then the flow has failed.
local function fail(run)
  local err = run.failing
  for place = #run.undo, 1, -1 do
    local one = run.undo[place]
    if not perform(run, { kind = "undo", name = one.name, fn = one.fn, results = one.results, line = one.line }) then
      return
    end
  end
  if is_whole(run, "no further undo step") then record.finish(run, { status = "failed", error = err }) end
end

-- The end of the code without a further step, by what it raised or could not be recorded of it.
local function give_in(run, ...)
  if is_given_up_here(run) then
    if run.failing then fail(run) end
    return
  end
  stop(run, ...)
end

local function succeed(run, result)
  local packed, problem = value.pack("the flow's result", 1, result)
  if not packed then return give_in(run, problem, run.definition.file) end
  if is_whole(run, "the flow's end") then record.finish(run, { status = "succeeded", result = packed }) end
end

local function is_over(run)
  return run.outcome ~= nil or run.err ~= nil
end

local function run_all(run)
  local answer = go_on(run, pack(run.flow, value.unpack(run.row.input)))
  while answer[1] and answer[2] == object.ASKS and status(run.thread) ~= "dead" do
    local results = perform(run, answer[3])
    if is_over(run) then return end
    if run.failing then return fail(run) end
    answer = go_on(run, results)
  end
  if not answer[1] then return give_in(run, answer[2]) end
  succeed(run, answer[2])
end

--- Runs the flow `row`, whose lease this process has for `lease_ms`: how the run ended (`ended`, `failed`, `waiting`,
-- `stopped`, `taken`) and the flow's row; or nil and an error. force: a step that failed is tried at once, and as often
-- as a new one. goes_on: asked before each step that is to be done; when it answers false, the flow is left for others.
-- abort: the row of an error, of which the flow fails at the first step that is not done.
function M.run(client, definition, row, lease_ms, force, goes_on, abort)
  local run = { client = client, definition = definition, row = row, position = 0, undo = {}, lease_ms = lease_ms,
    force = force, goes_on = goes_on, abort = abort }
  local err
  run.steps, run.words = client.ledger:flow_record(row.id)
  if not run.steps then return nil, run.words end
  run.thread, run.flow = create(definition.run), object.new(run)
  local ok
  ok, err = pcall(run_all, run)
  object.close(run.flow)
  if not ok then
    if errors.is(err) then return nil, err end
    return nil, errors.new { kind = "internal", message = "a flow could not be run: " .. record.text(err) }
  end
  if run.err then return nil, run.err end
  return run.outcome, run.row
end

return M
