--- What of a client is replaced when its scripts are loaded again. A call gets the client as it is when the call
-- begins, and goes on with that to its end, however long it waits.

local M = {}

local replaced = { "accounts", "routes", "flow_definitions" }

-- What is not replaced is the client's own, read and written there.
local function view(client, members)
  local current = {}
  for _, name in ipairs(replaced) do current[name] = members[name] end
  return setmetatable(current, { __index = client, __newindex = client })
end

--- Gives a client its first generation.
function M.begin(client)
  client.current = view(client, client)
end

--- The client as it would be with other `members`: { accounts =, routes =, flow_definitions = }, nil for those that
-- stay.
function M.with(client, members)
  local all = {}
  for _, name in ipairs(replaced) do all[name] = members[name] == nil and client.current[name] or members[name] end
  return view(client, all)
end

--- Makes what `with` answered the one that calls get from now on.
function M.take(client, next_one)
  for _, name in ipairs(replaced) do client[name] = next_one[name] end
  client.current = next_one
end

return M
