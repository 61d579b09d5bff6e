--- The parent of the crash test: runs a script in a process of its own, has it killed at a point,
-- starts it again, and holds the ledger against the books.

local audit = require "spec.crash.audit"
local json = require "obol.json"
local server = require "obol.sandbox.server"
local support = require "spec.store.support"
local wait = require "obol.wait"

local M = { scripts = require("spec.crash.scripts").list }

local Harness = {}
Harness.__index = Harness

local START_MS = 1700000000000

--- Starts a sandbox of its own and a folder: `places` makes ledgers (places.lua). `close` ends all.
function M.new(places)
  local self = setmetatable({ places = places, folder = support.folder(), count = 0, expected = {} }, Harness)
  self.server = assert(server.start { clock_ms = START_MS, seed = "crash",
    webhook_url = "https://shop.example/notify" })
  self.wire = assert(wait.transport {})
  return self
end

function Harness:close()
  self.server:stop()
  self.places.close()
  support.remove(self.folder)
end

function Harness:control(verb, input)
  local reply = assert(self.wire.send { method = "POST", url = self.server.url .. "/_sandbox/" .. verb,
    body = json.encode(input), headers = { ["content-type"] = "application/json" } })
  assert(reply.status == 200, reply.body)
end

-- Runs the process once: { killed = (number and name of the point), points =, told =, problems =, text = }.
local function run(self, case, mode, point)
  local result = { problems = {}, told = {}, alarms = {}, unsure = {} }
  local environment = ("OBOL_CRASH_URL=%s OBOL_CRASH_FOLDER=%s OBOL_CRASH_LEDGER=%s OBOL_CRASH_SCRIPT=%s " ..
    "OBOL_CRASH_PLANT=%s"):format(self.server.url, case.folder, support.quote(case.ledger), case.script.name,
    case.plant or "")
  local where = point and ("OBOL_CRASH_POINT=%d OBOL_CRASH_SOON=%s"):format(point, case.soon or "") or ""
  -- what a killed process leaves in its folder for temporary files goes with ours
  local pipe = assert(io.popen(("TMPDIR=%s %s OBOL_CRASH_MODE=%s %s exec timeout -k 5 120 %s " ..
    "spec/crash/child.lua 2>&1"):format(case.folder, environment, mode, where, M.lua())))
  local rest = {}
  for line in pipe:lines() do
    local word, value = line:match "^(%l+) (.*)$"
    if word == "killed" then result.killed = value
    elseif word == "points" then result.points = tonumber(value)
    elseif word == "told" then table.insert(result.told, value)
    elseif word == "problem" then table.insert(result.problems, value)
    elseif word == "alarm" then result.alarms[value] = true
    elseif word == "unsure" then table.insert(result.unsure, value)
    else rest[#rest + 1] = line end
  end
  pipe:close()
  result.told = table.concat(result.told, "\n")
  result.text = table.concat(rest, "\n")
  return result
end

--- The Lua that runs the processes.
function M.lua() return os.getenv "OBOL_LUA" or arg[-1] or "lua5.4" end

local function begin(self, script)
  self.count = self.count + 1
  local case = { script = script, folder = ("%s/%d"):format(self.folder, self.count), ledger = self.places.make() }
  os.execute("mkdir " .. case.folder)
  self:control("reset", {})
  for provider, options in pairs(script.simulator or {}) do
    self:control("set", { provider = provider, options = options })
  end
  return case
end

local function finish(self, case)
  self.places.drop(case.ledger)
  os.execute("rm -rf " .. support.quote(case.folder))
end

-- What no crash may bring about where the script does not.
local grave = { contradiction = true, mismatch = true, refused_state = true, ledger_failed = true, surplus = true,
  other_mode = true, early_renewal = true, beyond_cycles = true, renewal_amount = true }

-- What is wrong with a process that ran to its end: a text, or nil.
local function problem_of(result, expected)
  if not result.points then return "it ended early: " .. result.text end
  if result.text ~= "" then return "it said: " .. result.text end
  if #result.problems > 0 then return table.concat(result.problems, "; ") end
  if not expected then return nil end
  if not audit.same(result.told, expected.told, result.unsure) then
    return ("expected\n%s\nbut found\n%s"):format(expected.told, result.told)
  end
  for alarm in pairs(result.alarms) do
    if grave[alarm] and not expected.alarms[alarm] then return "it raised the alarm " .. alarm end
  end
  return nil
end

--- How the script ends when nobody disturbs it: `points` (their number), `told` and `alarms`; or nil and
-- what is wrong.
function Harness:undisturbed(script)
  local known = self.expected[script.name]
  if known then return known end
  local case = begin(self, script)
  local first = run(self, case, "run")
  local problem = problem_of(first)
  local again = not problem and run(self, case, "recover")
  problem = problem or problem_of(again, first)
  finish(self, case)
  if problem then return nil, problem end
  self.expected[script.name] = first
  return first
end

--- Kills the script at `point` and has it recover: nil when all is well, or what is wrong; and where
-- it was killed. more = { soon = (milliseconds from there until it is), again = (a point at which the
-- process that recovers is killed too), plant = (a mistake that the processes are to make, see child.lua) }.
function Harness:kill_at(script, point, more)
  more = more or {}
  local expected, why = self:undisturbed(script)
  if not expected then return why end
  local case = begin(self, script)
  case.plant, case.soon = more.plant, more.soon
  support.write(case.folder .. "/expected", expected.told)
  local problem
  local first = run(self, case, "run", point)
  if not first.killed then
    problem = "it was not killed: " .. first.text
  else
    local second = more.again and run(self, case, "recover", more.again)
    if not second or second.killed then second = run(self, case, "recover") end
    problem = problem_of(second, expected)
  end
  finish(self, case)
  return problem, first.killed
end

return M
