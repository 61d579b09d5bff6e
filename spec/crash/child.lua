-- The process that is killed. Environment: OBOL_CRASH_URL (the sandbox), OBOL_CRASH_FOLDER,
-- OBOL_CRASH_LEDGER (its place), OBOL_CRASH_SCRIPT (a name of scripts.lua), OBOL_CRASH_POINT (where to
-- die), OBOL_CRASH_MODE: `run` runs the script once, `recover` until nothing is open; OBOL_CRASH_PLANT, a
-- mistake to make on purpose, which the audit has to see.

local audit = require "spec.crash.audit"
local points = require "spec.crash.points"
local shops = require "spec.crash.shop"

local plants = {
  -- answers before the ledger has it
  forgetful = function()
    local run = points.run
    function points.run(store, changes, ...)
      if changes[1].put == "notifications" or changes[#changes].put == "notifications" then return true end
      return run(store, changes, ...)
    end
  end,
  -- sends again what may have arrived
  doubling = function()
    local submit = points.submit
    function points.submit(transport, request, options)
      if request.url:find "cloud%-function" then transport.send(request, options) end
      return submit(transport, request, options)
    end
  end,
}
local plant = plants[os.getenv "OBOL_CRASH_PLANT" or ""]
if plant then plant() end

local folder = os.getenv "OBOL_CRASH_FOLDER"
local shop = shops.open { url = os.getenv "OBOL_CRASH_URL", folder = folder, ledger = os.getenv "OBOL_CRASH_LEDGER" }

local script
for _, one in ipairs(require("spec.crash.scripts").list) do
  if one.name == os.getenv "OBOL_CRASH_SCRIPT" then script = one end
end
assert(script, "no such script")

local function told() return audit.tell(shop.ledger, shop:control "books", shop) end

local function read(name)
  local file = io.open(folder .. "/" .. name, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function once_through()
  script.run(shop)
  shop:deliver()
  shop:consume()
end

-- How long to wait before each further round: for leases, then along the schedules of the queries.
local waits = { 30000, 60000, 300000, 900000, 3600000, 3600000, 3600000, 3600000 }

local function recover(expected)
  for _, wait in ipairs(waits) do
    once_through()
    shop:reconcile()
    local taken = shop:consume()
    if taken and expected and audit.same(told(), expected, audit.unsure(shop.ledger)) then break end
    shop:advance(wait)
  end
  -- and it stays so, whatever comes late
  shop:advance(60000)
  shop:deliver_again "at the end"
  shop:reconcile()
  shop:consume()
end

if os.getenv "OBOL_CRASH_MODE" == "run" then
  once_through()
  shop:reconcile()
  shop:consume()
else
  -- what the one that was killed left behind fits together too
  audit.check(shop.ledger, function(sentence) io.stdout:write("problem when found, ", sentence, "\n") end)
  recover(read "expected")
end
points.rest()
io.stdout:write("points ", points.count, "\n")
for _, problem in ipairs(audit.problems(shop.ledger, shop:control "books", shop)) do
  io.stdout:write("problem ", problem, "\n")
end
for _, alarm in ipairs(shop.alarms) do io.stdout:write("alarm ", alarm, "\n") end
for _, order_id in ipairs(audit.unsure(shop.ledger)) do io.stdout:write("unsure ", order_id, "\n") end
for line in told():gmatch "[^\n]+" do io.stdout:write("told ", line, "\n") end
shop.pay:close()
