local rates = require "obol.health.rates"
local shared = require "obol.shared"

local HALF, NOW = 600000, 1700000000000

local function close_to(expected, found)
  assert.is_true(math.abs(expected - found) < 1e-6 * expected, tostring(found))
end

describe("the rates of an account", function()
  local store, names
  before_each(function() store, names = shared.process(function() return 0 end), rates.names "x/" end)

  local function add(at, is_good, ms) rates.add(store, names, HALF, at, is_good, ms or 0) end
  local function read(at) return rates.read(store, names, HALF, at) end

  it("are none before the first call", function() assert.is_nil(read(NOW)) end)

  it("count a call half after each half-life", function()
    add(NOW, false)
    add(NOW + HALF, true, 80)
    add(NOW + 2 * HALF, true, 20)
    local found = read(NOW + 2 * HALF)
    close_to(1.75, found.calls)
    close_to(1.5 / 1.75, found.success_rate)
    close_to((0.5 * 80 + 20) / 1.5, found.latency_ms)
    close_to(0.875, read(NOW + 3 * HALF).calls)
  end)

  it("are the same over the border of an epoch", function()
    local border = math.ceil(NOW / (32 * HALF)) * 32 * HALF
    for place = -3, 2 do add(border + place * HALF, place % 2 == 0, 10) end
    local found = read(border + 2 * HALF)
    close_to(1 + 0.5 + 0.25 + 0.125 + 1 / 16 + 1 / 32, found.calls)
    close_to((1 + 0.25 + 1 / 16) / found.calls, found.success_rate)
    close_to(10, found.latency_ms)
  end)

  it("forget all in the end, and hold on through a long run without losing the last", function()
    local now = NOW
    for place = 1, 2000 do
      now = now + HALF / 4
      add(now, place % 4 ~= 0, 100)
    end
    -- the sum of 2^(-place / 4) over all places
    close_to(1 / (1 - 2 ^ -0.25), read(now).calls)
    close_to(100, read(now).latency_ms)
    assert.is_nil(read(now + 70 * HALF))
  end)

  it("lose nothing where several write to one store", function()
    local all = {}
    for writer = 1, 4 do all[writer] = rates.names "x/" end
    for place = 1, 400 do rates.add(store, all[place % 4 + 1], HALF, NOW, place % 10 ~= 0, 5) end
    local found = read(NOW)
    close_to(400, found.calls)
    close_to(0.9, found.success_rate)
  end)

  it("have no latency while nothing worked, and keep apart what is of another half-life", function()
    add(NOW, false)
    assert.same({ 1, 0, nil }, { read(NOW).calls, read(NOW).success_rate, read(NOW).latency_ms })
    assert.is_nil(rates.read(store, names, 2 * HALF, NOW))
  end)

  it("are empty where the store was emptied or takes nothing", function()
    add(NOW, true, 5)
    store = shared.process()
    assert.is_nil(read(NOW))
    store = { incr = function() return nil, "no memory" end, get = function() end }
    add(NOW, true, 5)
    assert.is_nil(read(NOW))
  end)
end)
