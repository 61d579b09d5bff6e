-- 4metas: what goes wrong on request, in answers and in callbacks.

local crypto = require "obol.crypto"
local json = require "obol.json"
local support = dofile "spec/sandbox/fourmetas_support.lua"

local ORDER = '{"thirdId":1,"goodId":1,"gameId":22,"rechargeAmount":1}'

describe("the sandbox's 4metas under faults of its answers", function()
  local app
  before_each(function() app = support.open() end)

  local function made() return #app.box:books().fourmetas.orders end

  -- kind, the error's kind and outcome, how many orders it leaves
  for _, case in ipairs{
    { "refuse", "network", "not_sent", 0 }, { "commit_then_drop", "network", "unknown", 1 },
    { "reset", "network", "unknown", 1 }, { "torn", "network", "unknown", 1 },
    { "stall_body", "timeout", "unknown", 1 }, { "stall_headers", "timeout", "unknown", 1 },
    { "drip", "timeout", "unknown", 1 },
    { "oversized", "provider", "unknown", 1 }, { "gzip_bomb", "provider", "unknown", 1 },
    { "two_content_lengths", "network", "unknown", 1 },
  } do
    it("ends the connection under " .. case[1], function()
      app.box:fault("payment.create", case[1])
      local reply, err = app.raw("createThirdOrder", ORDER)
      assert.is_nil(reply)
      assert.same({ case[2], case[3], case[4] }, { err.kind, err.outcome, made() })
    end)
  end

  -- kind, options, status, pattern of the body, how many orders it leaves
  for _, case in ipairs{
    { "truncated", nil, 200, '^{"status":1,"msg":"success"$', 1 }, { "empty", nil, 200, "^$", 1 },
    { "html", nil, 200, "^<!DOCTYPE html>", 1 }, { "not_json", nil, 200, "^OK", 1 },
    { "wrong_types", nil, 200, '^{"status":1,"msg":7,"data":"%d+"}$', 1 },
    { "duplicate_names", nil, 200, '^{"status":0,"status":1,', 1 },
    { "wrong_envelope", nil, 200, '^{"status":"ok","result":{', 1 },
    { "unlisted_code", nil, 200, '^{"status":7,"msg":"a status that no page lists","data":null}$', 1 },
    { "unlisted_code", { code = -5 }, 200, '^{"status":%-5,', 1 },
    { "null_data", nil, 200, '^{"status":1,"msg":"success","data":null}$', 1 },
    { "system_error", nil, 200, '^{"status":0,"msg":"server error","data":null}$', 1 },
    { "status_500", nil, 500, '^{"status":0,"msg":"server error","data":null}$', 1 },
    { "status_503", nil, 503, "^<!DOCTYPE", 0 }, { "status_429", nil, 429, "^too many", 0 },
    { "status_401", nil, 401, "^unauthorized", 0 }, { "redirect", nil, 302, "^<!DOCTYPE", 0 },
    { "status_500", { commit = false }, 500, "^{", 0 }, { "clock_skew", nil, 200, '^{"status":1,', 1 },
  } do
    it("spoils the answer under " .. case[1], function()
      app.box:fault("payment.create", case[1], case[2])
      local reply = assert(app.raw("createThirdOrder", ORDER))
      assert.same({ case[3], case[5] }, { reply.status, made() })
      assert.truthy(reply.body:find(case[4]), reply.body)
      assert.truthy(app.post("createThirdOrder", ORDER):find('^{"status":1,"msg":"success","data":%d+}$'))
    end)
  end

  it("is slow beyond the caller's patience, and answers within it", function()
    app.box:fault("payment.create", "slow", { ms = 500, times = 2 })
    local reply, err = app.raw("createThirdOrder", ORDER, nil, { timeout_ms = 400 })
    assert.is_nil(reply)
    assert.equal("timeout", err.kind)
    assert.equal(200, app.raw("createThirdOrder", ORDER, nil, { timeout_ms = 600 }).status)
  end)

  it("spoils what a query tells of an order", function()
    local id = app.create()
    app.box:pay(id)
    local good = app.query(id)
    for kind, change in pairs{ stale = { '"status":1,"createTime"', '"status":0,"createTime"' },
      unlisted_state = { '"status":1,"createTime"', '"status":383,"createTime"' },
      mismatched = { ":3.44,", ":3.45," } } do
      app.box:fault("payment.query", kind)
      local bad = app.query(id)
      local from, to = good:find(change[1], 1, true)
      assert.equal(good:sub(1, from - 1) .. change[2] .. good:sub(to + 1), bad)
      assert.equal(good, app.query(id))
    end
    app.box:fault("payment.query", "null_data")
    assert.equal('{"status":1,"msg":"success","data":null}', app.query(id))
    app.box:fault("payment.query", "stale")
    assert.equal('{"status":0,"msg":"order not found","data":null}', app.query("1"))
    app.box:fault("payment.query", "wrong_types")
    assert.truthy(app.query(id):find('^{"status":1,"msg":7,"data":{"orderId":"%d+","userId":"167123123123",'))
  end)

  it("takes faults of other providers' operations from nobody", function()
    assert.has_error(function() app.box:fault("payment.refund", "slow", { provider = "fourmetas" }) end)
    assert.has_error(function() app.box:fault("notification", "stale") end)
    -- what could never show
    assert.has_error(function() app.box:fault("payment.create", "forged") end)
    assert.has_error(function() app.box:fault("notification", "spliced", { provider = "ruxpay" }) end)
    app.box:fault("payment.create", "slow", { provider = "appwheel" })
    assert.equal(200, app.raw("createThirdOrder", ORDER, nil, { timeout_ms = 1 }).status)
  end)
end)

for _, mode in ipairs{ "public_encrypt", "private_encrypt" } do
  describe("the sandbox's 4metas under faults of its callbacks, mode " .. mode, function()
    local app
    before_each(function() app = support.open{ rsa = { mode = mode } } end)

    -- Pays an order under a fault; gives its id and what was received.
    local function under(kind, members, options)
      app.box:fault("notification", kind, options)
      local id = app.create(members)
      assert(app.box:pay(id))
      assert.equal("paid", app.box:books().fourmetas.orders[#app.box:books().fourmetas.orders].status)
      return id, app.received()
    end

    local function next_is_good()
      local id = app.create()
      app.box:pay(id)
      assert.same({ support.clear(id) }, app.received())
    end

    it("forges what nobody can open, and seals with a wrong key", function()
      for _, kind in ipairs{ "forged", "wrong_key", "altered" } do
        local _, received = under(kind)
        assert.same({ false }, received)
        next_is_good()
      end
    end)

    it("seals with a wrong key of the same size", function()
      local small = support.open{ rsa = { mode = mode, keys = "small" } }
      small.box:fault("notification", "wrong_key")
      small.box:pay((small.create()))
      local request = small.box:deliver()[1]
      local param = json.decode(request.body).param
      assert.equal(256, #crypto.unbase64(param))
      assert.is_nil((small.open(param)))
    end)

    it("tells another amount under a good seal", function()
      local id, received = under("wrong_amount")
      assert.same({ support.clear(id, { amount = "3.45" }) }, received)
      next_is_good()
    end)

    it("tells another status", function()
      local id, received = under("other_status")
      assert.same({ support.clear(id, { status = "2" }) }, received)
    end)

    it("ends at a block's border", function()
      local id, received = under("truncated_blocks")
      local clear = support.clear(id)
      assert.equal(clear:sub(1, math.ceil(#clear / 2)), received[1])
    end)

    it("splices two callbacks into one that reads well and is nobody's", function()
      local first = app.create{ thirdId = "167123999999", extra = '"k0|A-0|"' }
      app.box:pay(first)
      app.received()
      local id, received = under("spliced")
      assert.not_equal(support.clear(id), received[1])
      local read = assert(json.decode(received[1]))
      assert.equal(id, read.orderId)
      local names = {}
      for name in pairs(read) do names[#names + 1] = name end
      table.sort(names)
      assert.same({ "extra", "gameId", "goodId", "orderId", "rechargeAmount", "status", "userId" }, names)
      assert.is_false(read.userId == 167123123123 and read.extra == "k1|A-1|" and read.goodId == 1)
      next_is_good()
    end)

    it("splices with a callback of nobody's where there is no other", function()
      local id, received = under("spliced")
      local read = assert(json.decode(received[1]))
      assert.equal(id, read.orderId)
      assert.not_equal(support.clear(id), received[1])
    end)

    it("replays another order's callback in its place, byte for byte", function()
      local first = app.create()
      app.box:pay(first)
      local before = app.box:deliver()[1].body
      app.box:fault("notification", "replayed")
      app.box:pay((app.create{ extra = '"k2|A-2|"' }))
      local list = app.box:deliver()
      assert.same({ 1, before }, { #list, list[1].body })
    end)

    it("is sent once more as it was", function()
      app.box:pay((app.create()))
      local before = app.box:deliver()[1].body
      assert.is_true(app.box:resend(app.box:deliveries()[1].id))
      assert.equal(before, app.box:deliver()[1].body)
    end)

    it("comes late, twice the same, and out of order", function()
      local id, received = under("late", nil, { ms = 7200000 })
      assert.same({}, received)
      app.box:advance(7200000)
      assert.same({ support.clear(id) }, app.received())
      app.box:fault("notification", "duplicated")
      app.box:pay((app.create()))
      local list = app.box:deliver()
      assert.equal(2, #list)
      assert.equal(list[1].body, list[2].body)
      local held
      held, received = under("reordered", { notify_url = '"http://127.0.0.1:9/first"' })
      assert.same({ support.clear(held) }, received)
      app.box:fault("notification", "reordered")
      local first, second = app.create(), app.create()
      app.box:pay(first)
      app.box:pay(second)
      assert.same({ support.clear(second), support.clear(first) }, app.received())
    end)

    -- In mode A the public half is all that a stranger needs; in mode B it opens nothing.
    local opens = mode == "public_encrypt"

    it("is forged with the public half over an order that nobody paid", function()
      local unpaid = app.create{ extra = '"k2|A-2|"' }
      local _, received = under("forged_public")
      assert.same({ opens and support.clear(unpaid, { extra = '"k2|A-2|"' }) }, received)
      assert.truthy(app.query(unpaid):find('"status":0,"createTime"', 1, true))
      app.box:decline(unpaid)
      local id
      id, received = under("forged_public")
      local read = opens and assert(json.decode(received[1]))
      assert.is_true(not opens or read.orderId ~= id)
    end)

    it("is forged over one order on request, and changes nothing", function()
      local id = app.create()
      assert.same({ order = id }, app.box:forge("A-1"))
      assert.same({ opens and support.clear(id) }, app.received())
      assert.equal("open", app.box:books().fourmetas.orders[1].status)
      app.box:pay(id)
      assert.same({ support.clear(id) }, app.received())
      assert.equal("invalid", select(2, app.box:forge((app.create{ notify_url = false, extra = false }))).kind)
      assert.equal("not_found", select(2, app.box:forge("none")).kind)
    end)
  end)
end
