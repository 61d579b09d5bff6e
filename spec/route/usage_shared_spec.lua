local limit = require "obol.route.limit"
local money = require "obol.money"
local route = require "obol.route"
local shared = require "obol.shared"

local NOW, HOUR = 1772452800000, 3600000

local function compile(list)
  return limit.compile(list, function(_, message) error(message, 0) end)
end

local function usd(text) return (money(text, "USD")) end

-- So many workers over one store, and the store.
local function workers(count)
  local store, list, names = shared.process(function() return 0 end), {}, 0
  for place = 1, count do
    list[place] = route.usage(store, function()
      names = names + 1
      return "f" .. names
    end)
  end
  return list, store
end

describe("what workers count together", function()
  it("is filled by the first of them", function()
    local list = workers(2)
    local limits = compile { count = 3, per = "1h" }
    assert.equal(1, #list[1]:unfilled("a", limits))
    assert.equal(1, #list[2]:unfilled("a", limits))
    list[1]:fill("a", limits, { { at = NOW - 1000 }, { at = NOW - 2 * HOUR } }, NOW)
    assert.is_nil(list[2]:unfilled("a", limits))
    -- who read the ledger at the same time comes too late
    list[2]:fill("a", limits, { { at = NOW - 1000 }, { at = NOW - 900 }, { at = NOW - 800 } }, NOW)
    assert.is_nil(list[2]:enter("a", limits, nil, NOW))
    assert.is_nil(list[1]:enter("a", limits, nil, NOW))
    assert.is_string(list[1]:enter("a", limits, nil, NOW))
    assert.is_string(list[2]:over("a", limits, nil, NOW))
  end)

  it("is every worker's, in number and amount, also when it is taken back much later", function()
    local list = workers(3)
    local limits = compile { { count = 4, per = "1h" }, { amount = usd "10.00", per = "1h" } }
    list[1]:fill("a", limits, {}, NOW)
    for place, worker in ipairs(list) do assert.is_nil(worker:enter("a", limits, usd "3.00", NOW + place)) end
    local later = NOW + HOUR / 2
    for _, worker in ipairs(list) do
      assert.equal("its limit of 10.00 USD in 1h leaves no room", worker:over("a", limits, usd "1.01", later))
      assert.is_nil(worker:over("a", limits, usd "1.00", later))
    end
    list[2]:give_back("a", limits, usd "3.00", NOW + 2, later)
    for _, worker in ipairs(list) do assert.is_nil(worker:over("a", limits, usd "4.00", later)) end
    assert.is_nil(list[3]:enter("a", limits, usd "4.00", later))
    assert.is_nil(list[3]:over("a", limits, money("5.00", "EUR"), later))
    assert.is_string(list[1]:enter("a", limits, usd "0.01", later))
    local over = NOW + HOUR + HOUR / 50
    for _, worker in ipairs(list) do assert.is_nil(worker:over("a", limits, usd "6.00", over)) end
    assert.is_string(list[1]:over("a", limits, usd "6.01", over))
  end)

  it("is never more than the limit, whoever comes when", function()
    local list = workers(4)
    local limits, state, now, taken = compile { count = 20, per = "10m" }, 7, NOW, {}
    list[1]:fill("a", limits, {}, NOW)
    local function random(most)
      state = (state * 1664525 + 1013904223) % 4294967296
      return math.floor(state / 65536) % most
    end
    for _ = 1, 2000 do
      now = now + random(60000)
      local worker = list[random(4) + 1]
      if not worker:enter("a", limits, nil, now) then
        if random(10) == 0 then list[random(4) + 1]:give_back("a", limits, nil, now, now + random(1000))
        else taken[#taken + 1] = now end
      end
    end
    assert.is_true(#taken > 500, tostring(#taken))
    for place = 21, #taken do assert.is_true(taken[place] - taken[place - 20] >= 600000) end
  end)

  it("is filled again when the store was emptied, and limits nothing until then", function()
    local list, store = workers(2)
    local limits = compile { count = 1, per = "1h" }
    list[1]:fill("a", limits, { { at = NOW } }, NOW)
    assert.is_string(list[2]:over("a", limits, nil, NOW))
    for _, key in ipairs(store:get_keys()) do store:delete(key) end
    assert.equal(1, #list[2]:unfilled("a", limits))
    assert.is_nil(list[2]:over("a", limits, nil, NOW))
    list[1]:take("a", limits, nil, NOW)
    list[1]:give_back("a", limits, nil, NOW, NOW)
    list[2]:fill("a", limits, { { at = NOW } }, NOW)
    assert.is_string(list[1]:over("a", limits, nil, NOW + 1))
  end)

  it("is filled again where rules limited something else meanwhile", function()
    local list = workers(1)
    local hour, day = compile { count = 1, per = "1h" }, compile { count = 1, per = "24h" }
    list[1]:fill("a", hour, { { at = NOW } }, NOW)
    list[1]:keep(function() return hour end)
    assert.is_nil(list[1]:unfilled("a", hour))
    list[1]:keep(function() return day end)
    assert.equal(1, #list[1]:unfilled("a", hour))
    list[1]:fill("a", hour, {}, NOW)
    assert.is_nil(list[1]:over("a", hour, nil, NOW))
    list[1]:keep(function() return nil end)
    assert.equal(1, #list[1]:unfilled("a", hour))
  end)

  it("lets payments through where the store takes nothing", function()
    local full = { get = function() end, add = function() return nil, "no memory" end,
      incr = function() return nil, "no memory" end, delete = function() end }
    local usage, limits = route.usage(full, function() return "f" end), compile { count = 1, per = "1h" }
    usage:fill("a", limits, { { at = NOW } }, NOW)
    assert.is_nil(usage:enter("a", limits, nil, NOW))
    usage:give_back("a", limits, nil, NOW, NOW)
  end)
end)

describe("what one process counts", function()
  it("is filled with what lies in each window", function()
    local usage, limits = route.usage(), compile { { count = 1, per = "1m" }, { count = 2, per = "1h" } }
    usage:fill("a", limits, { { at = NOW - 1800000 } }, NOW)
    assert.is_nil(usage:enter("a", limits, nil, NOW))
    assert.matches("in 1m", usage:over("a", limits, nil, NOW))
    assert.matches("in 1h", usage:enter("a", limits, nil, NOW + 120000))
  end)
end)
