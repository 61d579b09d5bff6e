--- What obol.ledger.check finds: a sorted list of texts, and what it counted.

local check = require "obol.ledger.check"

return function(ledger)
  local found = {}
  local counts = assert(check.run(ledger, function(fault)
    found[#found + 1] = ("%s %s: %s"):format(fault.table, fault.id, fault.problem)
  end))
  table.sort(found)
  return found, counts
end
