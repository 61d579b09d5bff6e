--- Resources of a client (`pay.payments`, ...): a table of functions made callable as methods, with
-- misuse raised at the caller's line.

local nearest = require "obol.nearest"
local wait = require "obol.wait"

local M = {}

local function unknown(path, methods)
  return function(_, key)
    if type(key) ~= "string" then error("expected the name of a method of " .. path, 2) end
    error(("%s has no `%s`%s"):format(path, key, nearest.hint(key, methods)), 2)
  end
end

--- Makes the resource `name` of `client`. Each function of `methods` gets the client as it is when it is called
-- (see obol.client.generation) first, then the caller's arguments.
function M.new(name, client, methods)
  local path, resource = "pay." .. name, {}
  for key, method in pairs(methods) do
    resource[key] = function(self, ...)
      if self ~= resource then
        error(("expected %s:%s(...), called with a colon"):format(path, key), 2)
      end
      if client.closed then error("the client is closed", 2) end
      -- What was sent has to be recorded, whatever becomes of who called.
      return wait.detached(method, client.current, ...)
    end
  end
  return setmetatable(resource, { __index = unknown(path, methods), __metatable = false })
end

--- Guards `pay` itself in the same way. `make(name)` gives one of the resources `names` when it is
-- first used, so that a program loads only what it uses.
function M.guard(pay, names, make)
  local members, lazy = {}, {}
  for key in pairs(pay) do members[key] = true end
  for _, name in ipairs(names) do members[name], lazy[name] = true, true end
  local refuse = unknown("pay", members)
  local function index(self, key)
    if not lazy[key] then return refuse(self, key) end
    local resource = make(key)
    rawset(pay, key, resource)
    return resource
  end
  return setmetatable(pay, { __index = index, __metatable = false })
end

--- Raises at the line of the method's caller unless `value` is of the type wanted.
function M.want(value, wanted, what)
  if type(value) ~= wanted then
    error(("expected %s as a %s, got %s"):format(what, wanted, type(value)), 3)
  end
end

return M
