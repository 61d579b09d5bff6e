local harness = require "spec.crash.harness"
local places = require "spec.crash.places"
local support = require "spec.store.support"

-- A sample of what `make crash` runs whole: a shop is killed in the middle, started again, and nothing is
-- lost or doubled. Each script runs on one ledger here and on the other under the other Lua.
local POINTS = 2
local jit = rawget(_G, "jit") ~= nil

local function script_of(name)
  for _, script in ipairs(harness.scripts) do
    if script.name == name then return script end
  end
end

for number, ledger in ipairs { "sqlite", "postgres" } do
  describe("a process that is killed, on " .. ledger .. ",", function()
    local missing = places.missing[ledger]
    if missing then return it("recovers", function() pending(missing) end) end

    local made
    setup(function() made = harness.new(places[ledger]()) end)
    teardown(function() made:close() end)

    local function kill(script, count)
      local expected = assert(made:undisturbed(script))
      for place = 1, count do
        local point = math.floor((place - (jit and 0.3 or 0.7)) * expected.points / count) + 1
        local problem, where = made:kill_at(script, point, { again = place == 1 and point % 20 + 1 or nil })
        assert.is_nil(problem, ("%s, point %s: %s"):format(script.name, where or point, problem))
        assert.is_string(where)
      end
    end

    for place, script in ipairs(harness.scripts) do
      local here = (place + number + (jit and 1 or 0)) % 2 == 0
      -- a sanitizer has nothing to see that the client's own specs do not show it
      if here and (not support.is_sanitized() or place <= 2) then
        it("loses and doubles nothing: " .. script.name, function()
          kill(script, support.is_sanitized() and 1 or POINTS)
        end)
      end
    end

    if number == 1 then
      it("would be found to have lost a notification, or to have paid twice", function()
        local problem = made:kill_at(script_of "card-by-hand", 2, { plant = "forgetful" })
        assert.matches("a notification was answered and is not recorded", problem, 1, true)
        problem = made:kill_at(script_of "qr", 2, { plant = "doubling" })
        assert.matches("A-1: the books say otherwise of what was given back", problem, 1, true)
      end)
    end
  end)
end
