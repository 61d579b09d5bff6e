-- usage: lua spec/crash/run.lua
-- `make crash`: kills the shop at every point of every script, on each ledger. Environment: LEDGER
-- (sqlite, postgres), SCRIPT (also `races`) and POINT choose; EVERY=n takes each n-th point alone; TWICE=1 kills the
-- process that recovers too; SOON=1 kills some milliseconds behind each point, whatever is under way then.

local harness = require "spec.crash.harness"
local monotonic_ms = require("obol.core").monotonic_ms
local places = require "spec.crash.places"
local race = require "spec.crash.race"

local failed, count = 0, 0
local twice, soon = (os.getenv "TWICE" or "") ~= "", (os.getenv "SOON" or "") ~= ""

local function chosen(name, value)
  local wanted = os.getenv(name) or ""
  return wanted == "" or (" " .. wanted .. " "):find(" " .. value .. " ", 1, true) ~= nil
end

local function say(...)
  io.stdout:write(string.format(...), "\n")
  io.stdout:flush()
end

local function report(ledger, script, point, problem, where)
  failed = failed + 1
  say("FAILED %s, %s, point %s: %s", ledger, script.name, where or tostring(point), problem)
  if not point then return end
  local more = (twice and " TWICE=1" or "") .. (soon and " SOON=1" or "")
  say("  again: make crash LEDGER=%s SCRIPT=%s POINT=%d%s", ledger, script.name, point, more)
end

local function run_script(made, ledger, script)
  local since, expected, problem = monotonic_ms(), made:undisturbed(script)
  if not expected then return report(ledger, script, nil, problem, "none") end
  local points = expected.points
  if os.getenv "VERBOSE" then say("%s", expected.told) end
  local every, only = tonumber(os.getenv "EVERY" or "") or 1, tonumber(os.getenv "POINT" or "")
  local before, done = failed, 0
  for point = only or 1, only or points, every do
    local where
    problem, where = made:kill_at(script, point, { again = twice and point * 7 % 40 + 1 or nil,
      soon = soon and point * 5 % 13 or nil })
    count, done = count + 1, done + 1
    if problem then report(ledger, script, point, problem, where) end
  end
  say("%-10s %-14s %3d of %3d points, %d failed, %.1f s", ledger, script.name, done, points, failed - before,
    (monotonic_ms() - since) / 1000)
end

-- Many processes on the same orders.
local function run_race(made, ledger, processes, orders, kills)
  local since, before = monotonic_ms(), failed
  local problems, killed = race.run(made, processes, orders, kills)
  for _, problem in ipairs(problems) do
    failed = failed + 1
    say("FAILED %s, races: %s", ledger, problem)
  end
  say("%-10s %-14s %d processes (%d killed), %d orders, %d failed, %.1f s", ledger, "races", processes, killed, orders,
    failed - before, (monotonic_ms() - since) / 1000)
end

for _, ledger in ipairs { "sqlite", "postgres" } do
  if chosen("LEDGER", ledger) then
    if places.missing[ledger] then
      say("%s: skipped, %s", ledger, places.missing[ledger])
    else
      local made = harness.new(places[ledger]())
      local ok, why = pcall(function()
        for _, script in ipairs(harness.scripts) do
          if chosen("SCRIPT", script.name) then run_script(made, ledger, script) end
        end
        if chosen("SCRIPT", "races") then
          for _, kills in ipairs { false, true } do
            run_race(made.places, ledger, ledger == "sqlite" and 4 or 16, 40, kills)
          end
        end
      end)
      made:close()
      if not ok then error(why, 0) end
    end
  end
end
say("%d points, %d failed", count, failed)
os.exit(failed == 0, true)
