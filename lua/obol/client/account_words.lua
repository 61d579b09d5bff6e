--- What calls want to know of an account each time, asked once: calls are many.

local M = {}

local known = setmetatable({}, { __mode = "k" })

--- { session = (whether it needs a session's token), nonce = (false where its signature needs none) }.
function M.of(account)
  local words = known[account]
  if not words then
    words = { session = account.session, nonce = account.nonce }
    known[account] = words
  end
  return words
end

return M
