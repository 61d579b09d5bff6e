local all_rows = require "spec.ledger.all_rows"
local die_at = require "spec.ledger.dying"
local obol = require "obol"
local places = require "spec.ledger.places"
local problems_of = require "spec.ledger.problems"
local support = require "spec.flow.support"

local MINUTE, HOUR = 60000, 3600000

-- The shop's own books, that outlive a process: what was done with which key.
local function new_shop()
  local shop = { done = {}, order = {} }
  function shop.act(what, key)
    shop.done[what] = shop.done[what] or {}
    if not shop.done[what][key] then shop.order[#shop.order + 1] = what end
    shop.done[what][key] = true
    return what .. " done"
  end
  return shop
end

local function checkout(shop, ends)
  return obol.flow("checkout", function(flow)
    local begun = flow:now_ms()
    local reserved = flow:step("reserve", function(key) return shop.act("reserve", key) end,
      { undo = function(key, what) shop.act("undo " .. what, key) end })
    local payment = flow:create(support.order "A-1")
    flow:present(payment.action or { type = "qr", data = "x" })
    payment = flow:await(payment)
    flow:compensate("mail", function(key) shop.act("undo mail", key) end)
    local word = flow:receive "approval"
    flow:sleep "10m"
    if ends == "failed" then
      local refund = flow:refund(payment)
      flow:await(refund)
      return flow:fail "not approved"
    end
    flow:step("deliver", function(key) return shop.act("deliver", key) end)
    return { begun = begun, reserved = reserved, word = word, status = payment.status }
  end)
end

local function open(ledger, clock, shop, ends)
  return support.open({ checkout(shop, ends) }, { ledger = ledger, clock = clock, create = support.page,
    query = support.paid, refund = support.paid })
end

local function is_told(ledger)
  local _, words = ledger:flow_record "f"
  return #words > 0
end

-- One life of the flow: whatever is still to be done.
local function live(ledger, clock, shop, ends)
  local pay, about = open(ledger, clock, shop, ends)
  assert(pay.flows:start("checkout", nil, { id = "f" }))
  for _ = 1, 6 do
    support.pass(about, 11 * MINUTE)
    if not is_told(ledger) then pay.flows:tell("f", "approval", "yes") end
    pay.flows:run()
  end
  return pay, about
end

places.describe("a process with a flow that dies, on %s", function(kind)
  local function count_writes(ends)
    local ledger = kind.open()
    local _, count = die_at(ledger, -1, false, function() live(ledger, { now = support.NOW }, new_shop(), ends) end)
    return count
  end

  local function die_and_recover(ends, at, after)
    local ledger, clock, shop = kind.open(), { now = support.NOW }, new_shop()
    local died = die_at(ledger, at, after, function() live(ledger, clock, shop, ends) end)
    -- leases end
    clock.now = clock.now + 2 * MINUTE
    local pay, about = live(ledger, clock, shop, ends)
    local flow = pay.flows:get "f"
    return died, flow, shop, about, ledger
  end

  for _, ends in ipairs { "succeeded", "failed" } do
    it("goes on where it was, each thing done with one key: a flow that has " .. ends, function()
      local writes = count_writes(ends)
      assert.is_true(writes > 15)
      -- each place on the ledger in memory, some on the others
      for at = 1, writes, kind.durable and 13 or 1 do
        for _, after in ipairs { false, true } do
          local where = ("%s at %d%s"):format(ends, at, after and " after" or "")
          local died, flow, shop, about, ledger = die_and_recover(ends, at, after)
          assert.is_true(died, where)
          assert.equal(ends, flow.status, where .. ": " .. tostring(flow.error))
          for what, keys in pairs(shop.done) do
            local count = 0
            for _ in pairs(keys) do count = count + 1 end
            assert.equal(1, count, where .. ": " .. what)
          end
          local expected = ends == "succeeded" and { "reserve", "deliver" }
            or { "reserve", "undo mail", "undo reserve done" }
          assert.same(expected, shop.order, where)
          local rows = all_rows(ledger)
          assert.equal(1, #rows.payments, where)
          assert.equal(ends == "succeeded" and 0 or 1, #rows.refunds, where)
          assert.is_true(#rows.attempts <= 2, where)
          assert.same({}, (problems_of(ledger)), where)
          assert.is_true(about.clock.now < support.NOW + 5 * HOUR)
        end
      end
    end)
  end
end, { install = support.install })
