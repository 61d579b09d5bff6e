-- Random choices of one run, all from its seed: the same on every Lua and machine.

local Generator = {}
Generator.__index = Generator

local M = {}

--- A generator for a whole number.
function M.new(seed)
  return setmetatable({ state = (seed * 7919 + 12345) % 4294967296 }, Generator)
end

--- A whole number from 1 to `limit`.
function Generator:upto(limit)
  self.state = (self.state * 1664525 + 1013904223) % 4294967296
  return math.floor(self.state / 65536) % limit + 1
end

--- Whether something happens that does so in `percent` of a hundred cases.
function Generator:chance(percent) return self:upto(100) <= percent end

--- One of a list; nil of an empty one.
function Generator:pick(list) return list[#list > 0 and self:upto(#list) or 1] end

return M
