--- obol flow run: going on with flows, and following one to its end.

local core = require "obol.core"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local screens = require "obol.cli.flow.screens"
local show = require "obol.cli.show"
local stop = require "obol.cli.stop"
local terminal = require "obol.cli.terminal"

local M = {}

local MIN_MS = 100
local words = { "settled", "changed", "ended", "waiting", "stopped", "failed", "taken" }

local function goes_on() return not stop.asked() end

local function counted(report)
  local parts = {}
  for _, word in ipairs(words) do
    if (report[word] or 0) > 0 then parts[#parts + 1] = ("%d %s"):format(report[word], word) end
  end
  return ("%d%s"):format(report.looked, #parts > 0 and ": " .. table.concat(parts, ", ") or "")
end

local function plain(report)
  local found = { left = report.left, unknown = report.unknown }
  for _, word in ipairs { "looked", (table.unpack or unpack)(words) } do found[word] = report[word] end
  return found
end

-- One round: whether more is due and whether anything was done; an error of the ledger.
local function round(args, screen, pay, on_flow)
  local looks, err = pay:reconcile { limit = args.limit, timeout_ms = args.timeout, on_progress = goes_on }
  local flows, flow_err
  if goes_on() or not looks then
    flows, flow_err = pay.flows:run { limit = args.limit, goes_on = goes_on, on_progress = on_flow }
  end
  local busy = (looks and looks.looked or 0) + (flows and flows.looked or 0) > 0
  if args.json and not args.name and (busy or args.once) then
    screen:line(show.json { reconcile = looks and plain(looks), flows = flows and plain(flows) })
  elseif not args.json and not args.name then
    if looks and looks.looked > 0 then screen:line("looked at ", counted(looks)) end
    if flows and flows.looked > 0 then screen:line("flows ", counted(flows)) end
    local unknown = flows and flows.unknown or 0
    if args.once and unknown > 0 then
      screen:line(("%d due, of which this configuration has no definition"):format(unknown))
    elseif args.once and not busy then
      screen:line "nothing is due"
    end
  end
  screen.file:flush()
  return (looks and looks.left or flows and flows.left) and busy, err or flow_err
end

local function rest(args, left)
  if not left and goes_on() then stop.sleep(math.max(args.every, MIN_MS)) end
end

local function say_end(problems, text)
  problems:line("\nended: ", text)
  return stop.status()
end

-- Takes up scripts that were changed, or says, once, why they are not taken: what is wrong, or nil.
local function take_up(problems, pay, said)
  local report, err = pay:reload { if_changed = true }
  if report then
    if report.changed then problems:line(problems:paint("green", "loaded"), ": what was changed is in use") end
    return nil
  end
  if tostring(err) ~= said then
    problems:line(problems:paint("yellow", "warning"), ": what was changed is not taken, and what was there stays")
    for _, one in ipairs(err.fields or { { field = "", message = tostring(err) } }) do
      problems:line("  ", problems:paint("cyan", terminal.clean(one.field)), "  ", terminal.clean(one.message))
    end
  end
  return tostring(err)
end

--- Goes on with flows until it is told to end: the exit status.
function M.serve(args, screen, problems, pay)
  stop.catch()
  local function on_flow(entry)
    if args.json then return end
    screen:line(moment.text(core.clock_ms()), "  ", screen:paint("bold", terminal.clean(entry.id)), "  ",
      terminal.clean(entry.name or ""), "  ", screens.status(screen, entry.status or entry.result or ""),
      entry.error and "  " .. terminal.clean(tostring(entry.error)) or "")
  end
  local said
  repeat
    if not args.once then said = take_up(problems, pay, said) end
    local left, err = round(args, screen, pay, on_flow)
    if err then
      local status = problem.fail(args, screen, problems, err)
      if args.once then return status end
    end
    if args.once then return stop.asked() and stop.status() or 0 end
    rest(args, left and not err)
  until stop.asked()
  return say_end(problems, "what was done is recorded, and the next run goes on from there")
end

-- Tells of a flow whatever was not told before.
local function tell(args, screen, pay, told, flow)
  if args.json then
    if told.updated_ms ~= flow.updated_ms then screen:line(show.json { flow = records.plain(flow) }) end
    told.updated_ms = flow.updated_ms
  else
    for _, step in ipairs(pay.flows:steps(flow.id) or {}) do
      local row = screens.step(step)
      local line = table.concat({ row[2], screen:paint("cyan", row[3]), row[4] }, "  "):gsub("%s+$", "")
      if told[step.number] ~= line then screen:line(line) end
      told[step.number] = line
    end
    local action = flow.action and show.json(show.plain(flow.action))
    if action and action ~= told.action then screens.action(screen, flow.action) end
    told.action = action
  end
  screen.file:flush()
end

local ends = { succeeded = true, failed = true, stopped = true }

--- Starts a flow and follows it to its end: the exit status.
function M.follow(args, screen, problems, pay, given)
  stop.catch()
  local flow, err = pay.flows:start(args.name, given, { id = args.id })
  if not flow then return problem.fail(args, screen, problems, err) end
  if not args.json then screens.head(screen, flow) end
  local told, left = {}, nil
  while true do
    tell(args, screen, pay, told, flow)
    if ends[flow.status] then break end
    if stop.asked() then
      return say_end(problems, ("the flow goes on wherever flows are run; `obol flow show %s` tells how far it is")
        :format(terminal.clean(flow.id)))
    end
    rest(args, left)
    left, err = round(args, screen, pay)
    if err then problem.put(problems, err) end
    local now = pay.flows:get(flow.id)
    flow = now or flow
  end
  if args.json then return screens.exits[flow.status] end
  return screens.answer(args, screen, problems, flow)
end

return M
