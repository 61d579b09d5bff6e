local support = require "spec.route.support"
local window = require "obol.route.window"

local function inside(words, moment)
  local now = assert(window.moment(moment), moment)
  return support.takes("nil, during = " .. words, {}, { now_ms = now })
end

describe("a moment", function()
  -- from GNU date: date -ud ... +%s
  it("is told as milliseconds since 1970", function()
    for text, seconds in pairs { ["1970-01-01T00:00Z"] = 0, ["2026-03-02T12:00Z"] = 1772452800,
      ["2024-02-29T23:59:59Z"] = 1709251199, ["2000-03-01T00:00Z"] = 951868800, ["2100-03-01T00:00Z"] = 4107542400,
      ["2026-03-02T20:00+08:00"] = 1772452800, ["2026-03-02T06:30:00-05:30"] = 1772452800 } do
      assert.equal(seconds * 1000, window.moment(text), text)
    end
  end)

  it("is nothing where there is no such one", function()
    for _, text in ipairs { "", "now", "2026-03-02", "2026-03-02T12:00", "2026-02-29T00:00Z", "2100-02-29T00:00Z",
      "2026-13-01T00:00Z", "2026-00-01T00:00Z", "2026-04-31T00:00Z", "2026-01-01T24:00Z", "2026-01-01T00:60Z",
      "2026-01-01T00:00:60Z", "2026-01-01T00:00+15:00", "2026-01-01T00:00:00", "1969-12-31T00:00Z", 5, {}, false } do
      assert.is_nil(window.moment(text), tostring(text))
    end
  end)
end)

describe("a rule's window", function()
  it("between two moments holds from the first up to the second", function()
    local words = "{ from = '2026-03-01T22:00Z', to = '2026-03-02T08:00+04:00' }"
    for moment, holds in pairs { ["2026-03-01T21:59:59Z"] = false, ["2026-03-01T22:00Z"] = true,
      ["2026-03-02T03:59:59Z"] = true, ["2026-03-02T04:00Z"] = false } do
      assert.equal(holds, inside(words, moment), moment)
    end
    assert.is_true(inside("{ from = '2026-03-01T22:00Z' }", "2030-01-01T00:00Z"))
    assert.is_false(inside("{ to = '2026-03-01T22:00Z' }", "2030-01-01T00:00Z"))
  end)

  it("of each day holds in its hours, in its zone", function()
    for moment, holds in pairs { ["2026-03-02T00:59:59Z"] = false, ["2026-03-02T01:00Z"] = true,
      ["2026-03-02T09:59:59Z"] = true, ["2026-03-02T10:00Z"] = false } do
      assert.equal(holds, inside("{ from = '09:00', to = '18:00', zone = '+08:00' }", moment), moment)
    end
    assert.is_true(inside("{ from = '18:00' }", "2026-03-02T23:59:59Z"))
  end)

  it("over midnight belongs to the day on which it began", function()
    local words = "{ from = '22:00', to = '02:00', days = { 'fri' } }" -- 2026-03-06 is a Friday
    for moment, holds in pairs { ["2026-03-06T21:59Z"] = false, ["2026-03-06T22:00Z"] = true,
      ["2026-03-07T01:59Z"] = true, ["2026-03-07T02:00Z"] = false, ["2026-03-06T01:00Z"] = false,
      ["2026-03-07T23:00Z"] = false } do
      assert.equal(holds, inside(words, moment), moment)
    end
  end)

  it("of some days holds on them", function()
    local names = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }
    for place, name in ipairs(names) do
      for day = 1, 7 do
        local moment = ("2026-03-%02dT12:00Z"):format(day + 1) -- the 2nd is a Monday
        assert.equal(day == place, inside(("{ days = { %q } }"):format(name), moment), name .. moment)
      end
    end
    assert.is_true(inside("{ days = 'mon' }", "2026-03-02T12:00Z"))
  end)

  it("in a list holds in any of it", function()
    local words = "{ { from = '01:00', to = '02:00' }, { from = '03:00', to = '04:00' } }"
    for hour, holds in pairs { [0] = false, true, false, true, false } do
      assert.equal(holds, inside(words, ("2026-03-02T%02d:30Z"):format(hour)))
    end
  end)

  it("that is wrong is told with its line", function()
    for words, expected in pairs {
      ["5"] = "expected a table with `from` and `to`",
      ["{}"] = "expected a table with `from` and `to`",
      ["{ form = '01:00' }"] = "expected `from`, `to`, `days` or `zone`, did you mean `from`?",
      ["{ from = '25:00' }"] = "expected two times of the day, such as `22:00` and `02:00`, that differ",
      ["{ from = '01:00', to = '01:00' }"] = "expected two times of the day, such as `22:00` and `02:00`, that differ",
      ["{ days = { 'mond' } }"] = "expected days from `mon` to `sun`, did you mean `mon`?",
      ["{ days = {} }"] = "expected one day at least",
      ["{ from = '01:00', zone = 'CET' }"] = "expected a zone such as `+08:00`",
      ["{ from = '2026-02-30T00:00Z' }"] =
        "expected moments such as `2026-03-01T22:00Z`, or times of the day such as `22:00`",
      ["{ from = '2026-02-03T00:00Z', to = '2026-02-03T00:00Z' }"] = "expected a `to` that is after `from`",
      ["{ from = '2026-02-03T00:00Z', days = { 'mon' } }"] = "expected `days` and `zone` with times of the day alone",
    } do
      local found = support.wrong("return {\n  { to = 'a',\n    during = " .. words .. " },\n}")[1]
      assert.equal("routes[1].during", found.field)
      assert.equal("@:3: " .. expected, found.message, words)
    end
  end)
end)
