-- The two readings of 4metas meet: the library pays at the simulator, in all of its clothes and under its faults.

local obol = require "obol"
local support = dofile "spec/sandbox/fourmetas_support.lua"

local function open(options)
  local app = support.open(options)
  local account = app.account
  account.provider, account.rsa.key = "fourmetas", obol.secret(account.rsa.key)
  for _, header in ipairs(account.extra_headers or {}) do header.value = obol.secret(header.value) end
  local pay = assert(obol.open{ mode = "test", transport = app.transport, ledger = "memory",
    clock = function() return app.box:now_ms() end, accounts = { games = account } })
  local shop = { box = app.box, pay = pay }

  function shop.create(order_id, more)
    local params = { order_id = order_id, amount = "3.44", currency = "USD", method = "game",
      customer = { id = "9007199254740993" }, items = { { product_id = "1" } }, notify_url = support.NOTIFY }
    for name, value in pairs(more or {}) do params[name] = value end
    return assert(pay.payments:create(params))
  end
  --- Hands the callbacks over; gives the statuses of the answers, which the simulator hears too.
  function shop.receive()
    local statuses = {}
    app.box:deliver(function(request)
      local reply = pay.notifications:receive("games", request)
      statuses[#statuses + 1] = reply.status
      return reply.status, reply.body
    end)
    return statuses
  end
  function shop.status(order_id) return assert(pay.payments:get(order_id)).status end
  return shop
end

describe("the library at the sandbox's 4metas", function()
  local shop
  after_each(function()
    if shop then shop.pay:close() end
    shop = nil
  end)

  for _, options in ipairs{
    {}, { strict = true, access_token = "t-1" }, { rsa = { mode = "private_encrypt" } }, { rsa = { keys = "small" } },
    { rsa = { mode = "private_encrypt", keys = "small" } }, { rsa = { segment = 117 } }, { rsa = { segment = 16 } },
    { rsa = { padding = "oaep_sha1" } }, { rsa = { encoding = "hex" } }, { rsa = { param_name = "data" } },
    { wrapping = "crlf" }, { wrapping = "url_safe" }, { wrapping = "unpadded" }, { wrapping = "blanks" },
    { transport = "form" }, { transport = "form", wrapping = "blanks" }, { transport = "form", wrapping = "crlf" },
    { transport = "query" }, { transport = "query", wrapping = "blanks" }, { escaped = true }, { amounts = "decimal" },
    { amounts = "exponent" }, { success_msg = "server error" },
  } do
    it("pays, with " .. obol.json.encode(options), function()
      shop = open(options)
      local payment = shop.create("A|%1/\228\184\173", { extra = { fourmetas = { echo = "a|b / \228\184\173" } } })
      assert.equal("requires_action", payment.status)
      local order = shop.box:books().fourmetas.orders[1]
      assert.equal(shop.box:pages().fourmetas[1].url, payment.action.url)
      assert.same({ order.id, "A|%1/\228\184\173", "a|b / \228\184\173", 344, "9007199254740993" },
        { payment.provider_id, order.order_id, order.echo, order.amount, order.user })
      assert(shop.box:pay("A|%1/\228\184\173"))
      assert.same({ 200 }, shop.receive())
      assert.equal("succeeded", shop.status("A|%1/\228\184\173"))
      assert.equal("delivered", shop.box:deliveries()[1].status)
    end)
  end

  for _, mode in ipairs{ "public_encrypt", "private_encrypt" } do
    describe("in mode " .. mode, function()
      before_each(function() shop = open{ rsa = { mode = mode } } end)

      -- The fault, the answer, the payment's state after it.
      for _, case in ipairs{ { "forged", 400 }, { "wrong_key", 400 }, { "altered", 400 }, { "truncated_blocks", 400 },
        { "spliced", 400 }, { "wrong_amount", 400 }, { "replayed", 200 },
        { "forged_public", mode == "public_encrypt" and 503 or 400 } } do
        it("takes nothing from a callback that is " .. case[1] .. ", but asks and finds the money", function()
          shop.create("Z")
          shop.box:pay("Z")
          shop.receive()
          shop.create("U")
          shop.create("A")
          shop.box:fault("notification", case[1])
          shop.box:pay("A")
          assert.same({ case[2] }, shop.receive())
          assert.same({ "requires_action", "requires_action" }, { shop.status("A"), shop.status("U") })
          assert.equal("succeeded", shop.pay.payments:refresh("A").status)
        end)
      end

      it("does not let a callback win against the query", function()
        shop.create("A")
        shop.box:forge("A")
        assert.same({ mode == "public_encrypt" and 503 or 400 }, shop.receive())
        assert.equal("requires_action", shop.status("A"))
        shop.box:pay("A")
        shop.box:fault("payment.query", "stale")
        shop.receive()
        assert.equal("requires_action", shop.status("A"))
        shop.box:advance(5000)
        shop.receive()
        assert.equal("succeeded", shop.status("A"))
      end)

      it("releases once, whatever comes twice", function()
        shop.create("A")
        shop.box:fault("notification", "duplicated")
        shop.box:pay("A")
        assert.same({ 200, 200 }, shop.receive())
        shop.box:resend(1)
        assert.same({ 200 }, shop.receive())
        assert.equal("succeeded", shop.status("A"))
      end)
    end)
  end

  it("gives up an order that nobody was shown, and sells with the next", function()
    shop = open()
    shop.box:fault("payment.create", "commit_then_drop")
    assert.equal("failed", shop.create("A").status)
    assert.equal("requires_action", shop.create("A").status)
    shop.box:pay("A")
    shop.receive()
    assert.equal("succeeded", shop.status("A"))
    local books = shop.box:books().fourmetas.orders
    assert.same({ "open", "paid" }, { books[1].status, books[2].status })
    assert.not_equal(books[1].key, books[2].key)
  end)

  it("hears of a closed order by asking alone", function()
    shop = open()
    shop.create("A")
    shop.box:advance(1800000)
    assert.same({}, shop.receive())
    assert.equal("expired", shop.pay.payments:refresh("A").status)
  end)
end)
