--- What runs over rows that are due have in common: pay:reconcile and pay.flows:run.

local fault = require "obol.client.fault"
local nearest = require "obol.nearest"

local M = {}

--- Checks the options of a run: numbers = { <option> = { least, most, what it is without the option } }, others = {
-- <option> = "function" or "boolean" }. Answers the run's options, or nil and an error.
function M.check(given, numbers, others)
  local known = {}
  for name in pairs(numbers) do known[name] = true end
  for name in pairs(others) do known[name] = true end
  local run = {}
  for name, value in pairs(given) do
    local range = numbers[name]
    if not known[name] then
      return nil, fault.invalid(tostring(name), "expected a known option" .. nearest.hint(name, known))
    elseif range and not (type(value) == "number" and value % 1 == 0 and value >= range[1] and value <= range[2]) then
      return nil, fault.invalid(name, ("expected an integer from %d to %.0f"):format(range[1], range[2]))
    elseif not range and type(value) ~= others[name] then
      return nil, fault.invalid(name, others[name] == "function" and "expected a function" or "expected true or false")
    end
    run[name] = value
  end
  for name, range in pairs(numbers) do run[name] = run[name] or range[3] end
  return run
end

--- Counts what came of a row and tells of it, by run.on_progress, which can end the run: `entry` = { result = }, a
-- number of the report where that has it.
function M.tell(run, report, entry)
  report.looked = report.looked + 1
  if type(report[entry.result]) == "number" then report[entry.result] = report[entry.result] + 1 end
  if not run.on_progress then return end
  local ok, answer = pcall(run.on_progress, entry, report)
  if not ok or answer == false then run.stopped = true end
  if not ok then run.raised = answer end
end

--- How many rows may be taken up at once.
function M.room(run, report) return math.min(run.at_once, (run.limit or math.huge) - report.looked) end

--- Goes on until nothing is due or the run is over: fill() answers the queue of what is due, or nil and an error;
-- work(queue) takes some of it and answers true, or nil and an error. True, or nil and the error.
function M.all(run, report, fill, work)
  local queue = {}
  repeat
    local ok, err
    if #queue == 0 then queue, err = fill() end
    if not queue then return nil, err end
    if #queue == 0 then return true end
    ok, err = work(queue)
    if not ok then return nil, err end
  until run.stopped or (run.goes_on and not run.goes_on()) or (run.limit and report.looked >= run.limit)
  if #queue == 0 then queue = fill() end
  report.left = queue == nil or #queue > 0
  return true
end

return M
