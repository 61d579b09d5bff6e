--- The ledger's methods for flows. What a flow did is a row of `flows` and one of `steps` for each of its
-- steps; both are written in one unit, which names the flow's `version`, so that of two processes that run
-- the same flow one is refused.

local clone = require "obol.clone"
local rows = require "obol.ledger.rows"

local M = {}

--- The flow's row, or nil (and an error).
function M:flow(id)
  return self.store:get("flows", id)
end

--- Makes a flow durable: `row` has the columns of flows. True, or nil and an error (`conflict` where its id is
-- taken).
function M:begin_flow(row)
  local new = clone(row)
  new.version = 1
  return self.store:run { { put = "flows", row = new } }
end

--- What a flow did: its steps by their numbers, and the words that it was told in their order; or nil and an error.
function M:flow_record(id)
  local steps, words, cursor = {}, {}, nil
  repeat
    local page, after = self.store:select("steps", { where = { flow = id }, limit = 1000, after = cursor })
    if not page then return nil, after end
    for _, step in ipairs(page) do
      if step.number then steps[step.number] = step else words[#words + 1] = step end
    end
    cursor = after
  until not cursor
  return steps, words
end

--- Writes a flow as `row` was read, and a step of it: to = changes of the flow's row, step = { new = row } or
-- { key =, to = changes }, or nil. Answers the flow's row as it is then, or nil and an error (`conflict` where
-- somebody else went on with it).
function M:write_flow(row, to, step)
  local changes = { { set = "flows", key = row.id, to = clone(to), expect = { version = row.version } } }
  changes[1].to.version = row.version + 1
  if step and step.new then
    changes[2] = { put = "steps", row = step.new }
  elseif step then
    changes[2] = { set = "steps", key = step.key, to = step.to }
  end
  local ok, err = self.store:run(changes)
  if not ok then return nil, err end
  local after = clone(row)
  for column, value in pairs(changes[1].to) do
    if value == rows.none then value = nil end
    after[column] = value
  end
  return after
end

--- Keeps a word for a flow as `row` was read, and makes it due at `due_ms`: word = a row of steps. True, or nil
-- and an error (`conflict` where the flow's status is another one).
function M:tell_flow(row, word, due_ms)
  local to = row.status == "waiting" and { due_ms = due_ms } or {}
  return self.store:run { { put = "steps", row = word },
    { set = "flows", key = row.id, to = to, expect = { status = row.status } } }
end

--- Makes the flow that waits come due, as `row` was read: true, or nil and an error.
function M:wake_flow(row, due_ms)
  return self.store:run { { set = "flows", key = row.id, to = { due_ms = due_ms },
    expect = { version = row.version, status = "waiting" } } }
end

return M
