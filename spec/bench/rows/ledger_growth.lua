local grown = require "bench.support.grown"
local units = require "bench.support.units"

local COUNT = 300
local many, few

-- Milliseconds of one payment.
local function cost(sell)
  return 1000 / units.rate(COUNT, function()
    for _ = 1, COUNT do sell() end
  end)
end

return {
  name = "a payment with a million in the ledger", unit = "ms", less = true, rounds = 9,
  reference = "ms with a thousand", floor = 1 / 1.5, goal = 1 / 1.2,

  start = function()
    local sellers = grown.start { 1000000, 1000 }
    many, few = sellers[1], sellers[2]
  end,

  run = function() return cost(many) end,
  reference_run = function() return cost(few) end,
  stop = grown.stop,
}
