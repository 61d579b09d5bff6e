--- A payment whose first account refused it, while its call goes on to the second.

local notified = require "spec.client.notified"
local support = require "spec.client.support"

local M = {}

M.ACCOUNTS = { one = { provider = "cards" }, two = { provider = "plans" } }
M.by_url = { ["https://cards"] = "one", ["https://plans"] = "two" }
M.rejected = { outcome = "rejected", code = "E1" }
local TIMEOUT_MS = 30000
-- So long after it began, nobody goes on with a call that ended between two accounts.
M.LEASE_MS = 35000

--- A client of both accounts; `world.answers` is what each answers, `world.asked` lists who was asked what.
function M.client(world, ledger)
  local pay = support.open("cards", function(request)
    local name = M.by_url[request.url]
    world.asked[#world.asked + 1] = name .. " " .. request.operation
    if request.operation ~= "payment.create" then return { outcome = "unknown", found = false } end
    local answer = world.answers[name]
    if type(answer) == "function" then return answer(request) end
    return answer
  end, { ledger = ledger, accounts = M.ACCOUNTS, clock = function() return world.clock.now end,
    routes = { { name = "r", to = { "one", "two" }, failover = { declined = { "51" } } } } })
  return pay
end

--- The types of all events.
function M.events(ledger)
  local list = {}
  for place, row in ipairs(assert(ledger:list("events", {}))) do list[place] = row.type end
  return list
end

--- Has `meanwhile` done when the call is about to begin with its second account.
function M.in_between(ledger, meanwhile)
  local begin, begun = ledger.begin_attempt, 0
  function ledger.begin_attempt(...)
    begun = begun + 1
    if begun == 2 then
      ledger.begin_attempt = begin
      meanwhile()
    end
    return begin(...)
  end
end

--- A call that ends with its process, or is held up for long, when it is about to begin with its second account: what
-- lets it go on.
function M.held_up(pay, ledger)
  M.in_between(ledger, coroutine.yield)
  local call = coroutine.create(function()
    return pay.payments:create(notified.order "A-1", { timeout_ms = TIMEOUT_MS })
  end)
  assert(coroutine.resume(call))
  assert(coroutine.status(call) == "suspended")
  return function()
    local _, payment = assert(coroutine.resume(call))
    return payment
  end
end

return M
