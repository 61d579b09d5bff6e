--- A payment between two accounts: its attempt came to nothing, and the call that made it goes on to another account.
-- It is open: its state is `created`, and until its `due_ms` it is that call's alone. Whoever finds it later finds that
-- the call ended on its way, and that no money moved.

local states = require "obol.ledger.states"

local M = {}

--- Whether the payment `row`, whose attempt is `one`, is between two accounts.
function M.is(row, one)
  if row.status ~= "created" or not one or one.key ~= row.attempt then return false end
  return states.outcomes[one.outcome].closed == true and one.outcome ~= "succeeded"
end

--- Whether the call that was to go on with it is over.
function M.is_left(client, row) return (row.due_ms or 0) <= client.clock() end

--- Whether the payment `now`, which was `row` and between two accounts, still is so for the same call; `one` is the
-- attempt of `now`.
function M.is_same(row, now, one)
  return M.is(now, one) and now.attempt == row.attempt and now.due_ms == row.due_ms
end

return M
