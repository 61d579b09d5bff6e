--- Randomness of the ledger.

local M = {}

--- A random id: 32 hex digits.
function M.id()
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(16)
  file:close()
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return M
