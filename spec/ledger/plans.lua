-- How SQLite looks for what a statement asks: nothing may look through a whole table.

local M = {}

-- What of a plan's steps does not lead to the rows by an index. A condition on a column has to use one that
-- begins with such a column, not merely go along the rows' numbers.
function M.problem(sql, steps)
  local text = table.concat(steps, "; ")
  if sql:find("from obol_ledger", 1, true) or sql:find("^update obol_ledger ") then return nil end -- it has one row
  local conditions = sql:match " where (.*)$"
  if not conditions then return nil end -- a page of all rows
  if text:find "SCAN obol_" then return text end
  local asked = false
  for column in conditions:gmatch "([%l_]+) [<>=]+ %$" do
    if column ~= "place" and column ~= "seq" then
      asked = true
      if text:find("INDEX [%w_]+ %(" .. column .. "[<>=]") then return nil end
    end
  end
  return asked and text or nil
end

--- What is wrong with how the database runs the statement, or nil.
function M.check(database, statement)
  local sql = statement[1]
  local word = sql:match "^%a+"
  if word ~= "select" and word ~= "update" and word ~= "delete" then return nil end
  if sql:find("sqlite_schema", 1, true) then return nil end
  local asked = { "explain query plan " .. sql }
  for place = 2, #statement do asked[place] = statement[place] end
  local results = assert(database:run { asked })
  local steps = {}
  for place, row in ipairs(results[1]) do steps[place] = row.detail end
  local problem = M.problem(sql, steps)
  return problem and sql .. ": " .. problem
end

return M
