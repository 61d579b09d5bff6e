-- Whatever happens in whatever order: what is recorded in the end is what the provider's books hold.
-- OBOL_RUNS is how many runs there are of each, OBOL_FIRST_RUN the number of the first.

local interleaved = require "spec.contract.interleaved"
local money = require "obol.money"
local worlds = require "spec.contract.world"

local COUNT = tonumber(os.getenv "OBOL_RUNS") or 30
local FIRST = tonumber(os.getenv "OBOL_FIRST_RUN") or 1

local function sorted(list)
  table.sort(list)
  return list
end

-- The ids of all that was paid for an order: as its success, its surplus and its renewals, and as the
-- books have them.
local function recorded(ledger, row)
  local found = {}
  if row and row.status == "succeeded" then found[1] = row.provider_id or "none" end
  for _, entry in ipairs(row and row.surplus or {}) do found[#found + 1] = entry.provider_id or "none" end
  local again = row and ledger:list("payments", { where = { renewal_of = row.order_id, status = "succeeded" },
    limit = 1000 })
  for _, renewal in ipairs(again or {}) do found[#found + 1] = renewal.provider_id end
  return sorted(found)
end

local function in_books(world, order_id)
  local found = {}
  for _, order in ipairs(world:orders()) do
    if order.order_id == order_id and order.status == "paid" then found[#found + 1] = order.id end
  end
  return sorted(found)
end

local function minor(amount, currency) return amount and money(amount, currency):minor() or 0 end

-- What was given back, as the payment has it; and what nothing can ask about, so that it may have been.
local function given_back(ledger, row)
  local told, maybe = minor(row.refunded, row.currency), 0
  for _, entry in ipairs(row.surplus or {}) do told = told + minor(entry.refunded, row.currency) end
  for _, refund in ipairs(ledger:list("refunds", { where = { order_id = row.order_id }, limit = 1000 })) do
    local one = refund.attempt and ledger:attempt(refund.attempt)
    if refund.status == "unknown" and not one.found_with then maybe = maybe + minor(refund.amount, refund.currency) end
  end
  return told, maybe
end

local function check_refunds(world, row)
  local told, maybe = given_back(world.ledger, row)
  local sum = 0
  for _, refund in ipairs(world.adapter.refunds and world:refunds() or {}) do
    if refund.done and refund.order_id == row.order_id then sum = sum + refund.amount end
  end
  assert.is_true(told <= sum and sum <= told + maybe, ("given back %d, recorded %d"):format(sum, told))
end

local function check_attempts(world, row)
  local open = 0
  for _, one in ipairs(world.ledger:attempts(row.order_id)) do
    assert.is_nil(one.refused_state)
    if one.slot and not one.refund_id then open = open + 1 end
  end
  assert.is_true(open <= 1, "never two open attempts")
  assert.is_true(row.status ~= "unknown" and row.status ~= "created", "what can be asked about is resolved")
end

local function check_events(world, row)
  local successes = 0
  for _, event in ipairs(world.ledger:list("events", { where = { order_id = row.order_id }, limit = 1000 })) do
    if event.type == "payment.succeeded" then successes = successes + 1 end
  end
  assert.equal(row.status == "succeeded" and 1 or 0, successes, "a success is told once")
end

local function check(run)
  local world, keys = run.world, {}
  for _, order_id in ipairs(run.order_ids) do
    local row = world.ledger:payment(order_id)
    assert.same(in_books(world, order_id), recorded(world.ledger, row))
    if row then
      check_refunds(world, row)
      check_attempts(world, row)
      check_events(world, row)
    end
  end
  for _, order in ipairs(world:orders()) do
    local known = order.key and not order.is_renewal
    assert.is_nil(known and keys[order.key] or nil, "one order of the provider for a key")
    if known then keys[order.key] = true end
  end
end

local function runs(name, more)
  local adapter, paid = worlds.adapter(name), 0
  for seed = FIRST, FIRST + COUNT - 1 do
    local run
    local ok, err = pcall(function()
      run = interleaved.run(adapter, seed, more)
      check(run)
      paid = paid + run.world:count "paid"
    end)
    if not ok then
      local message = type(err) == "table" and err.message or err
      error(("run %d: %s\n%s"):format(seed, tostring(message), run and table.concat(run.log, "\n") or ""), 0)
    end
  end
  assert.is_true(paid > 0, "some were paid")
end

describe("whatever comes in whatever order, the ledger ends as the books:", function()
  it("RuxPay", function() runs "ruxpay" end)
  it("RuxPay, its notifications believed", function() runs("ruxpay", { account = { confirm = false } }) end)
  it("RuxPay's subscriptions", function()
    runs("ruxpay", { renews = true, silent_console = true, ways = { subscription = true } })
  end)
  it("MinCloud", function() runs("mincloud", { silent_console = true }) end)
  it("4metas", function() runs "fourmetas" end)
  it("a provider in Lua", function() runs("acme", { silent_console = true }) end)
end)
