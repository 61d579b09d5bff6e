--- What the simulators' parts of the sandbox's first page have in common: an account's rows, the newest of a
-- list, and a table of them.

local html = require "obol.sandbox.html"

local M = {}

-- How many of the newest are shown.
local SHOWN = 10

--- The account's members, a list of { name, value }, as ready rows.
function M.account_rows(members)
  local rows = {}
  for i, member in ipairs(members) do
    rows[i] = html.fill("<tr><td>{name}</td><td><code>{value}</code></td></tr>",
      { name = member[1], value = member[2] })
  end
  return table.concat(rows, "\n")
end

--- What make(thing) gives for the newest things of a list, newest first; nil is left out. They are added to
-- `out`, where it is given.
function M.newest(list, make, out)
  out = out or {}
  for i = #list, math.max(1, #list - SHOWN + 1), -1 do out[#out + 1] = make(list[i]) end
  return out
end

--- A table of ready rows, or the words that there are none yet.
function M.table_of(rows)
  if #rows == 0 then return "<p>None yet: create a payment, and it stands here.</p>" end
  return '<table class="stack"><tbody>' .. table.concat(rows, "\n") .. "</tbody></table>"
end

return M
