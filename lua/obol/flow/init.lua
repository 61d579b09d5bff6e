--- Durable flows: the business steps around a payment, as plain Lua that survives crashes and waits for days.
--
--     return obol.flow("subscribe", function(flow, order)
--       local payment = flow:create(order)
--       if payment.action then flow:present(payment.action) end
--       payment = flow:await(payment, { timeout = "30m" })
--       if payment.status ~= "succeeded" then return flow:fail(payment) end
--       flow:step("grant", function(key) return require("shop").grant(order.customer.id, key) end)
--     end, { deadline = "3d", tries = 10 })
--
-- `flow(name, fn [, options])` -> a definition, for a file that the configuration names under `flows`. fn gets the
-- flow (see obol.flow.object) and its input; the first value that it returns is the flow's result. options: `deadline`
-- (from the start; none without it) and `tries` (of each step; 10). Raises at the caller's line.
--
-- What a flow's method answers is recorded. A flow that waits is forgotten and later run again from its beginning,
-- each recorded step answering what it answered; so its code outside of steps has to do the same each time: no
-- os.time (but flow:now_ms()), no random numbers, no reading of files, but in steps.

local definition = require "obol.flow.definition"

local M = {}

--- Whether `value` is what `flow` answered.
M.is = definition.is

-- Raises at the line of the caller; where a file says `return obol.flow(...)` that is gone, and the line of the
-- flow's function stands in.
local function refuse(problem, fn)
  local caller = debug.getinfo(3, "l")
  if (not caller or caller.currentline < 0) and type(fn) == "function" then
    local info = debug.getinfo(fn, "S")
    local path = info.source:match "^@(.*)$"
    if path then error(("%s:%d: %s"):format(path, info.linedefined, problem), 0) end
  end
  error(problem, 3)
end

return setmetatable(M, { __call = function(_, name, fn, options)
  local defined, problem = definition.new(name, fn, options)
  if not defined then refuse(problem, fn) end
  return defined
end })
