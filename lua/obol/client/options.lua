--- The options of one call: `timeout_ms` (1 to 600000; if not given, the
-- configured transport's, else 30000, or what the provider's calls may take where that is longer), `account` (a
-- configured name), `token` (a payer's own, as an obol.secret); of `pay:call` also `key` (the attempt's, text of 1
-- to 128 bytes; without it each call that makes something has one of its own).

local account_words = require "obol.client.account_words"
local fault = require "obol.client.fault"
local nearest = require "obol.nearest"

local M = {}

local known = { timeout_ms = true, account = true, token = true, key = true }
local DEFAULT_MS, MAX_MS = 30000, 600000
local none = {}

-- A secret shows itself as nothing else does; its metatable is out of reach.
local function is_secret(value)
  return type(value) == "userdata" and tostring(value) == "[secret]"
end

local function check(client, given, into, level)
  if given ~= nil and type(given) ~= "table" then error("expected options as a table", level) end
  given = given or none
  for key in pairs(given) do
    if not known[key] then
      return nil, fault.invalid("options." .. tostring(key), "expected a known option" .. nearest.hint(key, known))
    end
  end
  local timeout, is_implied = given.timeout_ms, false
  if timeout == nil then
    timeout, is_implied = client.timeout_ms or DEFAULT_MS, client.timeout_ms == nil
  end
  if type(timeout) ~= "number" or timeout ~= math.floor(timeout) or timeout < 1 or timeout > MAX_MS then
    return nil, fault.invalid("options.timeout_ms", "expected milliseconds from 1 to 600000")
  end
  local name = given.account
  if name ~= nil and (type(name) ~= "string" or not client.accounts[name]) then
    local hint = type(name) == "string" and nearest.hint(name, client.accounts) or ""
    return nil, fault.invalid("options.account", "expected a configured account" .. hint)
  end
  if given.token ~= nil and not is_secret(given.token) then
    return nil, fault.invalid("options.token", "expected an obol.secret")
  end
  if given.key ~= nil and not (type(given.key) == "string" and given.key:find "^%g+$" and #given.key <= 128) then
    return nil, fault.invalid("options.key", "expected text of 1 to 128 visible characters")
  end
  local limits = into or { timeout_ms = 0, is_implied = false, account = nil, key = nil, token = nil, deadline = 0 }
  limits.timeout_ms, limits.account, limits.key, limits.token = timeout, name, given.key, given.token
  limits.is_implied = is_implied
  limits.deadline = client.elapsed() + timeout
  return limits
end

--- Checks `given` and starts the call's limit: { timeout_ms =, account =, token =, deadline = } or
-- nil and an error. Raises at the caller's line for anything but a table or nothing. `into`: a table to use again.
function M.check(client, given, into) return check(client, given, into, 3) end

--- Once it is known which account is called: gives the call as long as calls of its provider may take, unless somebody
-- has set a limit.
function M.suit(client, limits, name)
  local account = limits.is_implied and client.accounts[name]
  local own = account and account_words.of(account).timeout_ms
  if not own or own <= limits.timeout_ms then return end
  limits.deadline = limits.deadline + own - limits.timeout_ms
  limits.timeout_ms = own
end

--- The same for a call about what is recorded: the row that find(client, id) answers, and what `check` does; or nil and
-- an error.
function M.about(client, find, id, given)
  local limits, err = check(client, given, nil, 4)
  if not limits then return nil, err end
  local row
  row, err = find(client, id)
  if not row then return nil, err end
  M.suit(client, limits, row.account)
  return row, limits
end

return M
