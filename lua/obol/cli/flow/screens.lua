--- Flows for people and for programs.

local json = require "obol.json"
local moment = require "obol.cli.moment"
local problem = require "obol.cli.problem"
local records = require "obol.cli.records"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

local M = {}

local colours = { succeeded = "green", failed = "red", stopped = "yellow", waiting = "cyan", running = "cyan" }

--- What a command ends with that answers a flow: by its state.
M.exits = { succeeded = 0, waiting = 0, running = 0, failed = 1, stopped = 3 }

--- The name of a flow's state in its colour.
function M.status(screen, status) return screen:paint(colours[status] or "bold", status) end

local function note_of(flow)
  if flow.waits_for then return "waits for " .. flow.waits_for end
  if flow.error then return tostring(flow.error) end
  if flow.status == "waiting" and flow.due_ms then return "until " .. moment.text(flow.due_ms) end
  return ""
end

--- A page of flows.
function M.list(screen, list, cursor)
  if #list == 0 then return screen:line(screen:paint("dim", "no flows")) end
  local rows = {}
  for place, flow in ipairs(list) do
    rows[place] = { moment.text(flow.created_ms), terminal.clean(flow.id), terminal.clean(flow.name), flow.status,
      terminal.clean(note_of(flow)) }
  end
  screen:rows(rows, { head = { "STARTED (UTC)", "FLOW", "NAME", "STATUS", "" },
    paint = function(row, column, text)
      if column == 4 then return M.status(screen, row[4]) .. (" "):rep(#text - #row[4]) end
      return text
    end })
  if cursor then screen:line(screen:paint("dim", "more: --cursor " .. cursor)) end
end

-- What a step came to, in a few words. Where its flow has ended, nothing waits any more.
local function outcome_of(step, ended)
  local parts = {}
  if (step.tries or 0) > 0 then
    parts[1] = step.tries == 1 and "failed once" or ("failed %d times"):format(step.tries)
  end
  if not step.done and not ended then
    parts[#parts + 1] = step.until_ms and "waits until " .. moment.text(step.until_ms) or "waits"
  end
  if step.error then parts[#parts + 1] = tostring(step.error) end
  return terminal.clean(table.concat(parts, ", "))
end

--- A step as cells of a row: when, what it is, what it came to. `ended`: whether its flow has.
function M.step(step, ended)
  local what = step.kind
  for _, part in ipairs { step.name or "", step.subject or "" } do
    if part ~= "" and part ~= step.kind then what = what .. " " .. part end
  end
  return { ("%d"):format(step.number), moment.text(step.time_ms), terminal.clean(what), outcome_of(step, ended) }
end

--- A step as JSON can hold it: `values` is a list.
function M.plain_step(step)
  local values = step.values
  step.values = nil
  local plain = records.plain(step)
  step.values = values
  if values then
    plain.values = json.array {}
    for place = 1, values.n do
      plain.values[place] = values[place] == nil and json.null or show.plain(values[place])
    end
  end
  return plain
end

--- What the payer has to do: a code to scan, or an address.
function M.action(screen, action)
  if type(action) ~= "table" then return end
  if type(action.url) == "string" then
    screen:line(screen:paint("bold", "the payer opens "), terminal.clean(action.url))
  elseif action.type == "qr" and type(action.data) == "string" then
    screen:line(screen:paint("bold", "the payer scans "), terminal.clean(action.data))
    show.action(screen, show.plain(action))
  else
    screen:line(screen:paint("bold", "the payer has to act: "), terminal.clean(tostring(action.type or "see --json")))
  end
end

--- The first line of a flow.
function M.head(screen, flow)
  screen:line(screen:paint("bold", terminal.clean(flow.id)), "  ", terminal.clean(flow.name), "  ",
    M.status(screen, flow.status))
end

-- The members of a flow without what was told otherwise.
local function put_members(screen, flow, names)
  local plain, rest = records.plain(flow), {}
  for _, name in ipairs(names) do rest[name] = plain[name] end
  show.tree(screen, rest, 1)
  if flow.error then problem.put(screen, flow.error) end
end

--- A flow with its story.
function M.show(screen, flow, steps)
  M.head(screen, flow)
  put_members(screen, flow, { "input", "result", "waits_for", "created_ms", "updated_ms", "due_ms" })
  M.action(screen, flow.action)
  if #steps == 0 then return end
  local rows, ended = {}, flow.status == "succeeded" or flow.status == "failed"
  for place, step in ipairs(steps) do rows[place] = M.step(step, ended) end
  screen:line ""
  screen:rows(rows, { head = { "STEP", "WHEN (UTC)", "WHAT", "" },
    paint = function(_, column, text) return column == 3 and screen:paint("cyan", text) or text end })
end

--- Tells of a flow that a command has moved: the exit status.
function M.answer(args, screen, _, flow)
  if args.json then
    screen:line(show.json { flow = records.plain(flow) })
  else
    M.head(screen, flow)
    put_members(screen, flow, { "result", "waits_for" })
    M.action(screen, flow.action)
  end
  return M.exits[flow.status] or 3
end

return M
