--- Moving a ledger: all that is recorded in one, into another that is empty.

local errors = require "obol.error"
local tables = require "obol.ledger.tables"

local M = {}

local AT_ONCE = 100

local function names()
  local list = {}
  for name in pairs(tables) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local function check_empty(to)
  for _, name in ipairs(names()) do
    local rows, err = to.store:select(name, { limit = 1 })
    if not rows then return nil, err end
    if rows[1] then
      return nil, errors.new { kind = "conflict", field = "ledger",
        message = "expected a ledger with nothing in it" }
    end
  end
  return true
end

local function move_table(from, to, name, tell)
  local count, page, after = 0, {}, nil
  local rows
  repeat
    page.after = after
    rows, after = from.store:select(name, { after = after, limit = AT_ONCE })
    if not rows then return nil, after end
    page.rows = #rows
    local changes = {}
    for place, row in ipairs(rows) do changes[place] = { put = name, row = row } end
    if #changes > 0 then
      local ok, err = to.store:run(changes)
      if not ok then return nil, err end
    end
    count = count + #rows
    tell(name, count)
  until not after
  return count, page
end

-- Whether a table still ends with the page that was copied last. What happens to a payment, refund or subscription
-- adds rows: attempts, events, notifications.
local function check_ends(from, pages)
  for _, name in ipairs(names()) do
    local rows, more = from.store:select(name, { after = pages[name].after, limit = AT_ONCE })
    if not rows then return nil, more end
    if more or #rows ~= pages[name].rows then
      return nil, errors.new { kind = "conflict", field = "ledger",
        message = "expected that nobody writes while it is copied; begin again with a new ledger" }
    end
  end
  return true
end

--- Copies all rows of the ledger `from` into the ledger `to`, in their order, and with them the ledger's
-- id, from which the keys of attempts are made. Nobody may write to either meanwhile. `tell(table,
-- rows)`: how far it is. Answers the number of rows of each table, or nil and an error: `conflict` where `to`
-- is not empty, or where somebody has written meanwhile. One that stopped on its way is begun again with a new ledger.
function M.run(from, to, tell)
  local id, err = from:id()
  if not id then return nil, err end
  local ok
  ok, err = check_empty(to)
  if not ok then return nil, err end
  local counts, pages = {}, {}
  for _, name in ipairs(names()) do
    counts[name], pages[name] = move_table(from, to, name, tell or function() end)
    if not counts[name] then return nil, pages[name] end
  end
  ok, err = check_ends(from, pages)
  if not ok then return nil, err end
  ok, err = to.store:adopt(id)
  if not ok then return nil, err end
  return counts
end

return M
