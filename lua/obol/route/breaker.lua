--- The breaker of an account as rules write it: `breaker = { failures = 5, pause = "10s" }`, or false for none. What is
-- not given is as in obol.health.preset:
--
-- * `failures` (5): so many technical failures in a row open it
-- * `rate` (0.5), `least` (20), `window` (`1m`): or this part of all calls in the window, of so many at least
-- * `pause` (`10s`), `longest` (`5m`): how long nobody calls before it is probed; doubled by each probe that fails, no
--   shorter than the `Retry-After` of the answer that opened it, and the longest at most
-- * `probes` (2): how many probe at once, and how many have to work before it closes
-- * `half_life` (`10m`): the age at which a call counts half in the rates that are shown

local duration = require "obol.route.duration"
local nearest = require "obol.nearest"
local preset = require "obol.health.preset"

local M = {}

local MOST = 1000000

local function count(value)
  local fine = type(value) == "number" and value % 1 == 0 and value >= 1 and value <= MOST
  return fine and value or nil, "expected an integer from 1 to 1000000"
end

local function part(value)
  return type(value) == "number" and value > 0 and value <= 1 and value or nil, "expected a part above 0, up to 1"
end

local function span(value)
  local ms = duration(value)
  return ms and ms <= 30 * 86400000 and ms or nil, "expected a span of time, such as `10s`, of 30 days at most"
end

local function few(value)
  local fine = type(value) == "number" and value % 1 == 0 and value >= 1 and value <= 100
  return fine and value or nil, "expected an integer from 1 to 100"
end

local words = { failures = { "failures", count }, rate = { "rate", part }, least = { "least", count },
  window = { "window_ms", span }, pause = { "pause_ms", span }, longest = { "longest_ms", span },
  probes = { "probes", few }, half_life = { "half_life_ms", span } }

--- The settings that `given` writes: a table as obol.health.preset is, false, or nil for the preset; what is wrong goes
-- to `add(keys, message)`.
function M.compile(given, add)
  if given == nil or given == false then return given end
  if type(given) ~= "table" then
    add({}, "expected a table, or false")
    return nil
  end
  local settings = {}
  for name, value in pairs(preset) do settings[name] = value end
  for key, value in pairs(given) do
    local word = words[key]
    if word then
      local read, problem = word[2](value)
      if read then settings[word[1]] = read else add({ key }, problem) end
    else
      add({ key }, "expected a known word" .. nearest.hint(key, words))
    end
  end
  if settings.longest_ms < settings.pause_ms then
    if given.longest ~= nil then add({ "longest" }, "expected no less than `pause`") end
    settings.longest_ms = settings.pause_ms
  end
  return settings
end

return M
