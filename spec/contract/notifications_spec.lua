-- Notifications of every provider: the good one, and what is forged, altered, late, repeated, out of order,
-- of another amount or about somebody else's order: what it changes, and how it is answered.

local worlds = require "spec.contract.world"

-- What the sheets say of the answers (status, body where it counts); of what is confirmed by a query;
-- whether the sender is proven.
local answers = {
  acme = { accepted = 200, refused = 400, later = 503, proven = "signature" },
  fourmetas = { accepted = 200, body = '{"status":1,"msg":"success"}', refused = 400, later = 503, asks = true,
    proven = "query" },
  mincloud = { accepted = 200, refused = 400, later = 503, asks = true, proven = "signature" },
  ruxpay = { accepted = 200, refused = 401, later = 503, asks = true, proven = "signature" },
}

local function way_of(adapter)
  for _, way in ipairs(adapter.ways) do
    if way.at_once == "accepted" and not way.options then return way end
  end
end

local function open(name, fault)
  local adapter = worlds.adapter(name)
  local world = worlds.open(adapter)
  local way = way_of(adapter)
  local payment = assert(world:create(way, "A-1"))
  if fault then world:fault("notification", fault) end
  assert(world:pays(payment))
  return world, way, payment
end

local function status(world) return world.pay.payments:get("A-1").status end

-- Whatever was wrong, the query tells in the end.
local function recovers(world, way)
  assert.equal("succeeded", world:refresh(way, "A-1").status)
  assert.same({ 1, 1 }, { #world:orders(), world:count "paid" })
end

for name, answer in pairs(answers) do
  describe("a notification of " .. name, function()
    it("is taken once, however often it comes", function()
      local world = open(name)
      local sent = #world.sent
      local replies, events = world:deliver()
      assert.same({ 1, answer.accepted }, { #replies, replies[1].status })
      if answer.body then assert.equal(answer.body, replies[1].body) end
      assert.same({ "payment.succeeded", "A-1", false, answer.proven },
        { events[1].type, events[1].order_id or "A-1", events[1].duplicate, events[1].verified_by })
      assert.equal("succeeded", status(world))
      assert.equal(answer.asks and sent + 1 or sent, #world.sent)
      sent = #world.sent
      for _ = 1, 2 do
        assert(world.box:resend(world.box:deliveries()[1].id))
        replies, events = world:deliver()
        assert.same({ answer.accepted, true }, { replies[1].status, events[1].duplicate })
      end
      assert.equal(sent, #world.sent)
      assert.same({}, world.alarms)
    end)

    it("that comes twice at once is one", function()
      local world = open(name, "duplicated")
      local replies, events = world:deliver()
      assert.same({ 2, answer.accepted, answer.accepted }, { #replies, replies[1].status, replies[2].status })
      assert.same({ false, true }, { events[1].duplicate, events[2].duplicate })
      assert.equal("succeeded", status(world))
    end)

    for _, kind in ipairs{ "forged", "wrong_key" } do
      it("that is " .. kind .. " changes nothing", function()
        local world, way = open(name, kind)
        local sent = #world.sent
        local replies, events = world:deliver()
        assert.same({ answer.refused, false }, { replies[1].status, events[1] })
        assert.same({ "requires_action", sent }, { status(world), #world.sent })
        recovers(world, way)
      end)
    end

    it("that was altered in any place changes nothing", function()
      for _, part in ipairs{ 0.1, 0.3, 0.5, 0.7, 0.9 } do
        local world, way = open(name)
        local replies, events = world:deliver(function(request)
          local at = math.floor(#request.body * part)
          -- a digit: RuxPay signs values alone, and no name has digits
          at = request.body:find("%d", at) or request.body:find "%d"
          local byte = request.body:sub(at, at)
          request.body = request.body:sub(1, at - 1) .. (byte == "7" and "8" or "7") .. request.body:sub(at + 1)
        end)
        assert.is_true(replies[1].status >= 400, tostring(part))
        assert.is_false(events[1] and events[1].outcome == "succeeded" and replies[1].status == answer.accepted)
        assert.equal("requires_action", status(world))
        recovers(world, way)
      end
    end)

    it("over another amount changes nothing, and is told", function()
      local world, way = open(name, "wrong_amount")
      local replies = world:deliver()
      assert.equal(answer.refused, replies[1].status)
      assert.equal("requires_action", status(world))
      assert.same({ "mismatch" }, world.alarms)
      recovers(world, way)
    end)

    it("that is late finds a payment that is known already", function()
      local world, way = open(name, "late")
      assert.same({}, (world:deliver()))
      assert.equal("succeeded", world:refresh(way, "A-1").status)
      world.box:advance(60000)
      local replies, events = world:deliver()
      assert.same({ answer.accepted, true }, { replies[1].status, events[1].outcome == "succeeded" })
      assert.equal("succeeded", status(world))
      assert.same({}, world.alarms)
    end)

    it("that comes again after a year, as it was, changes nothing", function()
      local world = open(name)
      local first
      world:deliver(function(request) first = request end)
      world.box:advance(31536000000)
      local sent = #world.sent
      local reply, event = world.pay.notifications:receive("it", first)
      if name == "acme" then
        assert.same({ answer.refused, nil }, { reply.status, event })
      else
        assert.same({ answer.accepted, true }, { reply.status, event.duplicate })
      end
      assert.same({ "succeeded", sent }, { status(world), #world.sent })
    end)

    it("comes in any order", function()
      local world, way = open(name, "reordered")
      local second = assert(world:create(way, "A-2"))
      assert(world:pays(second))
      local replies = world:deliver()
      assert.same({ 2, answer.accepted, answer.accepted }, { #replies, replies[1].status, replies[2].status })
      for _, order_id in ipairs{ "A-1", "A-2" } do
        assert.equal("succeeded", world.pay.payments:get(order_id).status)
      end
      assert.same({}, world.alarms)
    end)

    it("of somebody else's order is not taken for one of ours", function()
      local adapter = worlds.adapter(name)
      local theirs = open(name)
      local ours = worlds.open(adapter, { box = theirs.box })
      assert(ours:create(way_of(adapter), "A-9"))
      local replies, events = ours:deliver()
      assert.equal(answer.proven == "query" and answer.refused or answer.later, replies[1].status)
      assert.is_false(events[1] and events[1].duplicate or false)
      assert.equal("requires_action", ours.pay.payments:get("A-9").status)
      assert.is_nil((ours.pay.payments:get "A-1"))
      assert.equal("requires_action", status(theirs))
    end)

    if answer.asks then
      it("waits for the query that confirms it", function()
        local world = open(name)
        world:fault("payment.query", "status_503")
        local replies = world:deliver()
        assert.same({ answer.later, "requires_action" }, { replies[1].status, status(world) })
        world.box:advance(3600000)
        world.box:resend(world.box:deliveries()[1].id)
        replies = world:deliver()
        assert.equal(answer.accepted, replies[#replies].status)
        assert.equal("succeeded", status(world))
      end)
    end

    it("whose body is none is refused in one way", function()
      local world = open(name)
      local before = #world.sent
      local good
      world:deliver(function(request) good = request.headers; request.body = "x" end)
      local bodies = { "", "0", "{}", "[]", "null", ("x"):rep(65537), ("\0"):rep(65537), "{" .. (" "):rep(65537),
        ("[" ):rep(65537), '{"sign":"' .. ("0"):rep(64) .. '"}', '{"param":"AAAA"}', "a.b.c", "..",
        require("obol.crypto").base64(("garbage"):rep(700)) }
      local seed = 1
      for _ = 1, 20 do
        local bytes = {}
        for i = 1, 700 do
          seed = (seed * 1103515245 + 12345) % 2147483648
          bytes[i] = string.char(math.floor(seed / 65536) % 256)
        end
        bodies[#bodies + 1] = table.concat(bytes)
      end
      local seen = {}
      for _, body in ipairs(bodies) do
        for _, headers in ipairs{ good, {} } do
          local reply, event, err = world.pay.notifications:receive("it",
            { method = "POST", url = "https://shop.example/n", headers = headers, body = body })
          assert.same({ answer.refused, nil }, { reply.status, event })
          seen[reply.body] = true
          assert.is_true(#tostring(err) < 200)
        end
      end
      assert.is_not_nil(next(seen))
      assert.is_nil(next(seen, next(seen)))
      assert.same({ before, "requires_action" }, { #world.sent, status(world) })
    end)
  end)
end
