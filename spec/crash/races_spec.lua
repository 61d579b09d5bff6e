local places = require "spec.crash.places"
local race = require "spec.crash.race"
local support = require "spec.store.support"

local ledgers = { { "sqlite", 4 }, { "postgres", support.is_sanitized() and 4 or 16 } }

describe("the same orders and flows in many processes at once", function()
  for _, case in ipairs(ledgers) do
    local ledger, processes = case[1], case[2]
    local name = ("are paid once, not given back beyond, also when some are killed: %d on %s"):format(processes, ledger)
    it(name, function()
      if places.missing[ledger] then return pending(places.missing[ledger]) end
      local made = places[ledger]()
      local ok, problems = pcall(race.run, made, processes, 8)
      local again, others, killed = pcall(race.run, made, processes, 20, true)
      made.close()
      assert.is_true(ok, problems)
      assert.same({}, problems)
      assert.is_true(again, others)
      assert.same({}, others)
      assert.is_true(killed > 0)
    end)
  end
end)
