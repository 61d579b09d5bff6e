-- Every example flow, in a process that dies at its writes to the ledger (a sample of them; each with EVERY=1 in the
-- environment): another one goes on, and in the end all is done once. What was recorded and never sent may have to be
-- begun again, so a story is told as somebody does who buys: whatever there is to pay is paid.

local die_at = require "spec.ledger.dying"
local ledger = require "obol.ledger"
local world = require "spec.examples.world"

local EVERY = tonumber(os.getenv "EVERY" or "")
local MINUTE = 60000
local BROWSER = { user_agent = "Mozilla/5.0", accept = "text/html" }

-- How often the books say that money was taken for the order.
local function taken(w, order_id)
  local count, books = 0, w.box:books()
  for _, list in ipairs { books.ruxpay.payments, books.mincloud.orders, books.fourmetas.orders } do
    for _, row in ipairs(list) do
      local is_paid = row.status == "succeeded" or row.status == "success" or row.status == "paid"
      if row.order_id == order_id and is_paid then count = count + 1 end
    end
  end
  return count
end

-- Each: the flow and its input; `act`, what people do each ten minutes until it has ended; and what holds then.
local stories = {
  checkout = {
    flow = "checkout", input = { order_id = "A-1", amount = "19.99", currency = "CNY",
      ways = { "wechat_qr", "alipay_page", "wechat_qr" }, items = { { name = "tea lights" } } },
    act = function(w) w.box:pay "A-1" end,
    check = function(w)
      assert.same({ "hold A-1 ...", "ship A-1 hold-A-1" }, w.backend.done)
      assert.equal(1, taken(w, "A-1"))
    end,
  },
  recharge = {
    flow = "recharge", input = { order_id = "A-1", player = "167123123123", item = 1, amount = "3.44",
      currency = "USD" },
    act = function(w) w.box:pay "A-1" end,
    -- a page that nobody was shown is over, and so is the flow: a player begins another one
    may_fail = true,
    check = function(w, flow)
      assert.equal(flow.status == "succeeded" and 1 or 0, taken(w, "A-1"))
      assert.same(flow.status == "succeeded" and { "credit 167123123123 1" } or {}, w.backend.done)
    end,
  },
  given_back = {
    flow = "checkout", file = "checkout", input = { order_id = "A-1", amount = "8.88", currency = "USD",
      ways = { "checkout", "checkout" }, billing = { country = "CA" },
      items = { { name = "tea lights", price = "8.88", quantity = 1 } },
      customer = { id = "u-7", ip = "203.0.113.9" } },
    act = function(w) w.box:pay "A-1" end,
    answers = { ship = {} }, ends = "failed",
    check = function(w)
      assert.same({ "hold A-1 ...", "ship A-1 hold-A-1", "release hold-A-1" }, w.backend.done)
      assert.equal("8.88 USD", tostring(w.pay.payments:get("A-1").refunded))
      local given = 0
      for _, refund in ipairs(w.box:books().ruxpay.refunds) do given = given + refund.amount end
      assert.equal(888, given)
    end,
  },
  card = {
    flow = "card", input = { order_id = "A-1", items = { { name = "tea lights" } } },
    act = function(w)
      local payment = w.pay.payments:get "A-1"
      if not payment or payment.status == "failed" or payment.status == "expired" then
        w.pay.payments:create(world.card("A-1", { three_ds = true, browser = BROWSER }))
        if payment then w.pay.flows:tell("f-1", "another card", true) end
      end
      w.box:pay "A-1"
    end,
    check = function(w)
      assert.same({ "hold A-1 ...", "ship A-1 hold-A-1" }, w.backend.done)
      assert.equal(1, taken(w, "A-1"))
    end,
  },
  refund = {
    flow = "refund", input = { order_id = "A-1", amount = "3.00", reason = "broken", asked_by = "ann" },
    before = function(w) w.pay.payments:create(world.card "A-1") end,
    act = function(w)
      if w.pay.flows:get("f-1").status == "waiting" and not w.is_told then
        w.is_told = w.pay.flows:tell("f-1", "approval", { by = "bea", granted = true })
      end
    end,
    check = function(w)
      assert.equal("3.00 USD", tostring(w.pay.payments:get("A-1").refunded))
      local given = 0
      for _, refund in ipairs(w.box:books().ruxpay.refunds) do given = given + refund.amount end
      assert.equal(300, given)
      assert.same({ "mail approvers give back 3.00 USD of A-1: broken (f-1)", "points u-7 -3",
        "mail u-7 we gave back 3.00 USD" }, w.backend.done)
    end,
  },
  membership = {
    flow = "membership", file = "subscription",
    input = { order_id = "A-1", customer = "u-7", product = "price_vip_monthly" },
    act = function(w)
      local flow = w.pay.flows:get "f-1"
      if flow and flow.action then w.box:pay(flow.action.url) end
      local subscription = w.pay.subscriptions:get "A-1"
      if subscription and subscription.status == "active" and not w.pay.flows:get "l-1" then
        w.pay.flows:start("leave", { order_id = "A-1" }, { id = "l-1" })
      end
      w:pass(2 * world.DAY, world.DAY / 2)
    end,
    may_fail = true, every = 31,
    check = function(w, flow)
      if flow.status == "failed" then return assert.same({}, w.backend.done) end
      assert.equal("succeeded", w.pay.flows:get("l-1").status)
      assert.same({ "grant u-7 price_vip_monthly", "mail u-7 thank you, you will not be charged", "revoke u-7" },
        w.backend.done)
      assert.equal(1, #w.box:books().appwheel.subscriptions)
    end,
  },
}

local function open(w, story)
  w:open { routes = "scripts/routes/cards.lua", flows = { "scripts/flows/" .. story.file .. ".lua" },
    ledger = w.ledger }
end

-- One life: all that is still to be done.
local function live(w, story)
  open(w, story)
  assert(w.pay.flows:start(story.flow, story.input, { id = "f-1" }))
  for _ = 1, 60 do
    w:work()
    local flow = w.pay.flows:get "f-1"
    if flow.status ~= "waiting" and flow.status ~= "running" then return end
    story.act(w)
    w:pass(10 * MINUTE, 5 * MINUTE)
  end
end

for name, story in pairs(stories) do
  story.file = story.file or name
  describe("the example flow " .. name .. " in a process that dies", function()
    local function tell(at, after)
      local w = world.new()
      w.ledger, w.backend = ledger.open "memory", require("spec.examples.backend").install()
      w.backend.answers = story.answers or {}
      if story.before then
        open(w, story)
        story.before(w)
      end
      local died = die_at(w.ledger, at, after, live, w, story)
      w.box:advance(2 * MINUTE)
      if died then live(w, story) end
      local flow = w.pay.flows:get "f-1"
      local where = ("write %d, %s"):format(at, after and "after" or "before")
      assert(flow.status == (story.ends or "succeeded") or story.may_fail and flow.status == "failed",
        where .. ": " .. flow.status .. ": " .. tostring(flow.error))
      local ok, err = pcall(story.check, w, flow)
      assert(ok, where .. ": " .. tostring(err))
      return died
    end

    for _, after in ipairs { false, true } do
      it(after and "after a write" or "before a write", function()
        local every = EVERY or story.every or 3
        local at = (after and 2 or 1) - every
        repeat at = at + every until not tell(at, after)
        assert.is_true(at > 10)
      end)
    end
  end)
end
