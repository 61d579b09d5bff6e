-- The simulation in short: some seeds hold, and each planted bug is found. `make simulate SEEDS=n` runs more.
-- OBOL_SEEDS is how many there are here, OBOL_FIRST_SEED the first.

local planted = require "spec.simulate.planted"
local runs = require "spec.simulate.run"
local stores = require "spec.simulate.stores"

local COUNT = tonumber(os.getenv "OBOL_SEEDS") or 300
local FIRST = tonumber(os.getenv "OBOL_FIRST_SEED") or 1

describe("a simulated world", function()
  local function holds(count, options)
    for seed = FIRST, FIRST + count - 1 do
      local ok, err = pcall(runs.run, seed, options)
      if not ok then
        error(("seed %d: %s\nto see what happened: make simulate FIRST=%d SEEDS=1 TRACE=1%s"):format(seed,
          tostring(err), seed, options and options.flows and " FLOWS=1" or ""), 0)
      end
    end
  end

  it("holds whatever comes in whatever order", function() holds(COUNT) end)

  it("holds where flows sell too", function() holds(math.ceil(COUNT / 3), { flows = true }) end)

  it("holds on a database too", function() holds(math.ceil(COUNT / 4), { store = stores.sqlite }) end)

  it("is the same each time that a seed is run", function()
    local function told(seed)
      local lines = {}
      runs.run(seed, { trace = function(line) lines[#lines + 1] = line end })
      return table.concat(lines, "\n")
    end
    for seed = 1, 14 do
      local first = told(seed)
      assert.is_true(#first > 100)
      assert.equal(first, told(seed))
    end
  end)
end)

describe("a library that", function()
  for _, bug in ipairs(planted.bugs) do
    it(bug.name .. " is found out", function()
      local undo, seed, found = bug.plant(), 0, nil
      while not found and seed < bug.within do
        seed = seed + 1
        local ok, err = pcall(runs.run, seed, bug.of)
        if not ok then found = tostring(err) end
      end
      undo()
      assert.is_not_nil(found, ("within %d seeds"):format(bug.within))
      assert.is_true(pcall(runs.run, seed, bug.of), "without the bug this seed holds")
    end)
  end
end)
