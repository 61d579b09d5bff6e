--- Calls that only ask or set something up: nothing of them is recorded.

local checked = require "obol.client.options"
local choose = require "obol.client.choose"
local exchange = require "obol.client.exchange"

local M = {}

--- Chooses an account and makes the call: its result, or nil and an error. With `member` the
-- result's member is answered instead (an empty list where the provider told none).
function M.run(client, operation, params, options, member)
  if params ~= nil and type(params) ~= "table" then error("expected parameters as a table", 2) end
  params = params or {}
  local limits, err = checked.check(client, options)
  if not limits then return nil, err end
  local name
  name, err = choose.pick(client, operation, params, limits)
  if not name then return nil, err end
  checked.suit(client, limits, name)
  local result
  result, err = exchange.ask(client, {
    account = name, operation = operation, params = params, token = limits.token, deadline = limits.deadline,
  })
  if not result then return nil, err end
  if member then return result[member] or {} end
  return result
end

return M
