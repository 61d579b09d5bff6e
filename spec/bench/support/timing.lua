-- Rates of work that happens in this process alone, by its own processor time: what other processes
-- do meanwhile is not counted.

local M = {}

-- Processor seconds of one figure.
M.SLICE_S = 0.15

-- `work(n)` does its work n times; answers how often it is done in a second.
function M.rate(work)
  local done, batch = 0, 64
  local from = os.clock()
  local spent
  repeat
    work(batch)
    done = done + batch
    spent = os.clock() - from
  until spent >= M.SLICE_S
  return done / spent
end

return M
