--- Which account serves a call: those that fit, with the reason why the others do not.

local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"

local M = {}

local function has(list, wanted)
  for _, value in ipairs(list or {}) do
    if value == wanted then return true end
  end
  return false
end

-- nil when the account fits; else the error that says why it does not.
local function misfit(client, name, operation, params)
  local account = client.accounts[name]
  if not account:supports(operation) then
    return fault.unsupported("the provider has no " .. operation, name)
  end
  if params.method ~= nil and not has(account.methods, params.method) then
    return fault.unsupported("the provider does not take this method", name)
  end
  local plan, err = account:plan(operation, params)
  if not plan then
    err.account = err.account or name
    return err
  end
  return nil
end

--- Looks at every account: a list of { account =, provider =, fits =, err = } in the order of names.
function M.look(client, operation, params, only)
  local seen = {}
  for _, name in ipairs(client.names) do
    if not only or only == name then
      local err = misfit(client, name, operation, params)
      seen[#seen + 1] = { account = name, provider = client.accounts[name].provider, fits = err == nil, err = err }
    end
  end
  return seen
end

-- The error when nothing fits: the only account's own, or one that lists each reason.
local function none_fits(seen)
  if #seen == 1 then return seen[1].err end
  local fields, kind = {}, "unsupported"
  for _, entry in ipairs(seen) do
    fields[#fields + 1] = { field = entry.account, message = tostring(entry.err) }
    if entry.err.kind ~= "unsupported" then kind = "invalid" end
  end
  local err = fault.unsupported("no account fits")
  err.kind, err.fields = kind, fields
  return err
end

--- The name of the account to use, or nil and an error.
function M.pick(client, operation, params, options)
  local seen = M.look(client, operation, params, options.account)
  local found
  for _, entry in ipairs(seen) do
    if entry.fits and found then
      return nil, fault.invalid("options.account", "expected the account's name, because several fit")
    end
    if entry.fits then found = entry.account end
  end
  if found then return found end
  return nil, none_fits(seen)
end

--- What `pay:explain` answers: operation, the account that would be used (or nil and `error`), and
-- every account with whether it fits and why not. One that fits and would refuse the call as it is
-- written has the error as `problem`.
function M.explain(client, operation, params, options)
  local chosen, err = M.pick(client, operation, params, options)
  local answer = { operation = operation, account = chosen, error = err, accounts = {} }
  for _, entry in ipairs(M.look(client, operation, params, options.account)) do
    local _, problem
    if entry.fits then
      _, problem = exchange.encode(client, { account = entry.account, operation = operation, params = params,
        key = "explain", token = options.token })
    end
    answer.accounts[#answer.accounts + 1] = {
      account = entry.account, provider = entry.provider, fits = entry.fits,
      reason = entry.err and tostring(entry.err) or "fits", problem = problem,
    }
  end
  return answer
end

return M
