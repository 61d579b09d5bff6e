--- How often and how fast calls succeeded, what is older counting less: by half for each half-life.
--
-- Not the sums decay, but each call weighs more than those before it: 2^(age of its epoch in half-lives). So all
-- workers only ever add to the same numbers, which a shared dict does in one step, and nothing is lost. An epoch
-- has 32 half-lives, after which sums begin anew; of the one before, all that still counts is its last part.

local M = {}

local HALF_LIVES = 32

-- The numbers' names in the epoch that has `at`; kept, because calls are many.
local function names_of(names, half_life, epoch)
  local id = ("%.0f/%.0f"):format(half_life, epoch)
  if names.id ~= id then
    names.id, names.half_life, names.epoch = id, half_life, epoch
    for _, one in ipairs { "calls", "good", "ms" } do names[one] = ("%s%s/%s"):format(names.prefix, one, id) end
  end
  return names
end

local function epoch_of(half_life, now) return math.floor(now / (HALF_LIVES * half_life)) end

-- What a call at `now` weighs in the epoch.
local function weight_of(half_life, epoch, now) return 2 ^ (now / half_life - epoch * HALF_LIVES) end

--- The names of one account and operation, all of which begin with `prefix`.
function M.names(prefix) return { prefix = prefix } end

--- Counts a call that worked or failed; `ms` is how long it took.
function M.add(store, names, half_life, now, is_good, ms)
  local epoch = epoch_of(half_life, now)
  if names.half_life ~= half_life or names.epoch ~= epoch then names_of(names, half_life, epoch) end
  local weight, lasts = weight_of(half_life, epoch, now), 2 * HALF_LIVES * half_life / 1000
  store:incr(names.calls, weight, 0, lasts)
  if not is_good then return end
  store:incr(names.good, weight, 0, lasts)
  store:incr(names.ms, weight * ms, 0, lasts)
end

--- What they come to by `now`: { calls = (how many, decayed), success_rate = (0 to 1), latency_ms = (of those that
-- worked, nil without any) }; nil where there were none.
function M.read(store, names, half_life, now)
  local epoch = epoch_of(half_life, now)
  local sums = { calls = 0, good = 0, ms = 0 }
  for one = epoch - 1, epoch do
    local at = names_of({ prefix = names.prefix }, half_life, one)
    local weight = weight_of(half_life, one, now)
    for name, sum in pairs(sums) do sums[name] = sum + (store:get(at[name]) or 0) / weight end
  end
  if sums.calls <= 0 then return nil end
  return { calls = sums.calls, success_rate = math.min(1, sums.good / sums.calls),
    latency_ms = sums.good > 0 and sums.ms / sums.good or nil }
end

return M
