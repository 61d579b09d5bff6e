-- Every row of a ledger, whatever its store: { table = rows }.

local tables = require "obol.ledger.tables"

return function(ledger)
  local found = {}
  for name in pairs(tables) do
    found[name] = {}
    local after, page
    repeat
      page, after = ledger.store:select(name, { after = after, limit = 1000 })
      assert(page, after)
      for _, row in ipairs(page) do table.insert(found[name], row) end
    until not after
  end
  return found
end
