--- The ledger's methods for rows that come due, and for the leases under which they are looked at.

local rows = require "obol.ledger.rows"

local M = {}

--- Rows of `payments`, `refunds`, `subscriptions`, `notifications` or `flows` that are to be looked at by the
-- moment `due_ms`, the longest waiting first, without those that somebody looks at: a list, or nil and
-- an error.
function M:due(name, due_ms, limit)
  return self.store:select(name, { due_ms = due_ms, limit = limit })
end

-- What has to hold of a row that somebody read, so that two who look at it cannot both go on.
local function as_read(row)
  return { version = row.version, due_ms = row.due_ms or rows.none, claimed_until = row.claimed_until or rows.none }
end

--- Takes the lease of a row that is due, until the moment `until_ms`: true, or nil and an error
-- (`conflict` when somebody else was first). It ends by itself, as when its holder died.
function M:claim(name, key, row, until_ms)
  return self.store:run { { set = name, key = key, to = { claimed_until = until_ms }, expect = as_read(row) } }
end

--- Ends a look at a row that is as `row` was read: to = the columns `due_ms`, `looks`, `unresolved` as they
-- are from now on. True, or nil and an error.
function M:looked(name, key, row, to)
  local changes = { claimed_until = rows.none }
  for column, value in pairs(to) do changes[column] = value end
  return self.store:run { { set = name, key = key, to = changes, expect = as_read(row) } }
end

return M
