--- What calls and decisions want to know of an account each time, and what never changes: asked once.

local M = {}

local known = setmetatable({}, { __mode = "k" })

--- { session = (whether it needs a session's token), nonce = (false where its signature needs none), methods =,
-- currencies = (lists of what it takes, nil: any), timeout_ms = (how long its calls may take, nil: nothing is said) }.
function M.of(account)
  local words = known[account]
  if not words then
    words = { session = account.session, nonce = account.nonce, methods = account.methods,
      currencies = account.currencies, timeout_ms = account.timeout_ms }
    known[account] = words
  end
  return words
end

return M
