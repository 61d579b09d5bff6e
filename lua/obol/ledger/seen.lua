--- The states of rows that were read or written lately. A row's version stands for its state, so that a
-- unit which names the version does not have to read the row again.

local Seen = {}
Seen.__index = Seen

local MOST = 4096 -- rows of a table; then it begins anew

local function new() return setmetatable({ rows = {}, count = {} }, Seen) end

--- Remembers that the row has this state in this version.
function Seen:note(name, key, version, status)
  local held = self.rows[name]
  if not held or self.count[name] >= MOST then
    held, self.count[name] = {}, 0
    self.rows[name] = held
  end
  local one = held[key]
  if not one then
    one, self.count[name] = {}, self.count[name] + 1
    held[key] = one
  end
  one.version, one.status = version, status
end

--- The state of the row in this version, where it is known.
function Seen:status(name, key, version)
  local held = self.rows[name]
  local one = held and held[key]
  return one and one.version == version and one.status or nil
end

return new
