--- What counts towards the limits of accounts that the rules set: payments begun here, and, from before this
-- process began, those in the ledger. What came to nothing is taken back.

local amounts = require "obol.client.amounts"
local money = require "obol.money"
local states = require "obol.ledger.states"

local M = {}

local PAGE = 1000
local pays = { ["payment.create"] = true, ["subscription.create"] = true }

local function limits_of(client, name)
  local settings = client.routes and client.routes.settings[name]
  return settings and #settings.limits > 0 and settings.limits or nil
end

-- Whether it is certain that an attempt took no money and will take none.
local function is_nothing(outcome)
  local row = states.outcomes[outcome]
  return row ~= nil and (row.raises or row.again) or false
end

local function count_recorded(client, name, limits)
  local now, after = client.clock(), nil
  local from = math.max(0, math.floor(now - require("obol.route").longest(limits)))
  local found = {}
  repeat
    local rows, cursor = client.ledger:list("attempts", { where = { account = name }, from_ms = from, after = after,
      limit = PAGE })
    if not rows then return nil, cursor end
    for _, one in ipairs(rows) do
      if pays[one.operation] and not is_nothing(one.outcome) then
        found[#found + 1] = { amount = amounts.of_row(one.amount, one.currency), at = one.created_ms }
      end
    end
    after = cursor
  until not after
  -- all at once, because the ledger may have let others run between its pages
  limits = client.usage:unfilled(name, limits)
  if limits then client.usage:fill(name, limits, found, now) end
  return true
end

--- Sees to it that what the ledger holds is counted: true, or nil and the ledger's error.
function M.prepare(client)
  for name in pairs(client.routes and client.routes.settings or {}) do
    local limits = limits_of(client, name)
    local missing = limits and client.usage:unfilled(name, limits)
    if missing then
      local ok, err = count_recorded(client, name, missing)
      if not ok then return nil, err end
    end
  end
  return true
end

--- Before other rules take the place of those that a client has: what they limit over the same time stays counted;
-- what they do not limit is not counted on, and would be filled again from the ledger.
function M.renew(client, routes)
  if not client.usage then return end
  client.usage:keep(function(name)
    local settings = routes and routes.settings[name]
    return settings and settings.limits
  end)
end

--- Counts a payment that is about to begin: what `give_back` takes, or nil where nothing is limited; or nil and why it
-- would be over a limit. Where the caller named the account (`is_named`) it is counted whatever the limit.
function M.take(client, name, amount, is_named)
  local limits = limits_of(client, name)
  if not limits then return nil end
  local taken = { account = name, amount = money.is(amount) and amount or nil, at = client.clock() }
  if is_named then
    client.usage:take(name, limits, taken.amount, taken.at)
    return taken
  end
  local why = client.usage:enter(name, limits, taken.amount, taken.at)
  if why then return nil, why end
  return taken
end

-- States behind which there may be an attempt that came to nothing; in the first another account is tried.
local ended = { created = true, failed = true, expired = true, canceled = true }

--- Takes back what did not begin (without `key` and `status`), or what came to nothing; `status` is the payment's.
function M.give_back(client, taken, key, status)
  local limits = taken and limits_of(client, taken.account)
  if not limits or key and not ended[status] then return end
  local one = key and client.ledger:attempt(key)
  if key and not (one and is_nothing(one.outcome)) then return end
  client.usage:give_back(taken.account, limits, taken.amount, taken.at, client.clock())
end

return M
