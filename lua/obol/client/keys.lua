--- Keys of attempts: the same for the same attempt, whoever computes it and whenever, and not to be
-- guessed by anyone who does not hold the ledger's id.

local crypto = require "obol.crypto"

local M = {}

--- 32 hex digits from the ledger's id and what makes the attempt: its account, operation, order (or
-- refund) and generation.
function M.derive(ledger_id, account, operation, subject, generation)
  local input = table.concat({ account, operation, subject, ("%d"):format(generation) }, "\0")
  return crypto.hex(crypto.hmac("sha256", ledger_id, input)):sub(1, 32)
end

return M
