--- What is remembered for a while: a `lua_shared_dict`, which all workers of an nginx share, or a table of
-- this process with the same few functions. Nothing in it is needed for a payment to be right: it may be
-- emptied at any time.

local core = require "obol.core"

local M = {}


local ngx = rawget(_G, "ngx")
local MOST = 20000 -- entries of a table of this process

local Dict = {}
Dict.__index = Dict

local function live(self, key)
  local entry = self.entries[key]
  if entry and entry.ends and entry.ends <= self.now() then
    self.entries[key], self.count = nil, self.count - 1
    return nil
  end
  return entry
end

-- All of what is over goes; where that is not enough, everything.
local function sweep(self)
  local keys = {}
  for key in pairs(self.entries) do keys[#keys + 1] = key end
  for _, key in ipairs(keys) do live(self, key) end
  if self.count > MOST / 2 then self.entries, self.count = {}, 0 end
end

function Dict:get(key)
  local entry = live(self, key)
  return entry and entry.value
end

function Dict:set(key, value, ttl)
  if not live(self, key) then
    if self.count >= MOST then sweep(self) end
    self.count = self.count + 1
  end
  self.entries[key] = { value = value, ends = ttl and ttl > 0 and self.now() + ttl * 1000 or nil }
  return true
end

function Dict:add(key, value, ttl)
  if live(self, key) then return false, "exists" end
  return self:set(key, value, ttl)
end

function Dict:incr(key, by, init, ttl)
  local entry = live(self, key)
  if entry then
    entry.value = entry.value + by
    return entry.value
  end
  self:set(key, init + by, ttl)
  return init + by
end

function Dict:delete(key)
  if live(self, key) then self.entries[key], self.count = nil, self.count - 1 end
end

function Dict:get_keys()
  local keys = {}
  for key in pairs(self.entries) do keys[#keys + 1] = key end
  return keys
end

--- A table of this process. `now` gives milliseconds that never jump back.
function M.process(now) return setmetatable({ entries = {}, count = 0, now = now or core.monotonic_ms }, Dict) end

--- Whether there are shared dicts here, as in nginx.
function M.is_there() return type(ngx) == "table" and ngx.shared ~= nil end

--- The shared dict of this name; a table of this process where `name` is nil. nil where there is no such
-- dict.
function M.open(name, now)
  if name == nil then return M.process(now) end
  return M.is_there() and ngx.shared[name] or nil
end

local Part = {}
Part.__index = Part

function Part:get(key) return (self.store:get(self.prefix .. key)) end
function Part:set(key, value, ttl) return self.store:set(self.prefix .. key, value, ttl) end
function Part:add(key, value, ttl) return self.store:add(self.prefix .. key, value, ttl) end
function Part:incr(key, by, init, ttl) return self.store:incr(self.prefix .. key, by, init, ttl) end
function Part:delete(key) self.store:delete(self.prefix .. key) end

--- What of a store belongs to `name` alone, whatever others keep in it.
function M.part(store, name) return setmetatable({ store = store, prefix = name .. "/" }, Part) end

--- Whether one thing more of this name may happen: `most` in each window of `seconds`. It counts as `weight` (1) of
-- them; what is heavier than is left may still happen.
function M.allow(dict, name, most, seconds, now_ms, weight)
  local window = math.floor(now_ms / 1000 / seconds)
  weight = weight or 1
  local count = dict:incr(("rate/%s/%d"):format(name, window), weight, 0, seconds * 2)
  return count == nil or count - weight < most
end

return M
