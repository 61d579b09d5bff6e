-- make simulate SEEDS=n [FIRST=m] [TRACE=1] [MORE=1] [FLOWS=1] [STORE=sqlite]: runs of the simulation, one a seed. The
-- first that fails ends it, with the command that runs it again; MORE=1 goes on and counts them. The ledger is in
-- memory, or in SQLite. FLOWS=1: flows sell too.

local runs = require "spec.simulate.run"
local stores = require "spec.simulate.stores"

local function number(name, default) return tonumber(os.getenv(name) or "") or default end

local FIRST, SEEDS = number("FIRST", 1), number("SEEDS", 1000)
local FLOWS = os.getenv "FLOWS" == "1"
local TRACE, MORE = os.getenv "TRACE" == "1", os.getenv "MORE" == "1"

local store = os.getenv "STORE"
local open = assert(stores[store and store ~= "" and store or "memory"], "STORE: expected memory or sqlite")

io.stdout:setvbuf "line"
local failed = 0
local began = os.clock()
for seed = FIRST, FIRST + SEEDS - 1 do
  if seed > FIRST and (seed - FIRST) % 1000 == 0 and not TRACE then
    io.stderr:write(("%d seeds, %d failed\n"):format(seed - FIRST, failed))
  end
  local ok, err = pcall(runs.run, seed, { trace = TRACE and print or nil, store = open, flows = FLOWS })
  if not ok then
    failed = failed + 1
    local cause = tostring(err):match "^[^\n]*"
    print(("seed %d: %s"):format(seed, MORE and cause or tostring(err)))
    if not MORE then
      print(("again, with what happened: make simulate FIRST=%d SEEDS=1 TRACE=1%s"):format(seed,
        FLOWS and " FLOWS=1" or ""))
      os.exit(1)
    end
  end
end
local took = os.clock() - began
print(("%d seeds from %d on: %d failed; %.0f a second"):format(SEEDS, FIRST, failed, SEEDS / took))
os.exit(failed == 0 and 0 or 1)
