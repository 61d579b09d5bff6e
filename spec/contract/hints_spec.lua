-- AppWheel's notifications prove nothing but that something happened: they are taken, once each, and never
-- release anything by themselves.

local worlds = require "spec.contract.world"

local function open(fault)
  local adapter = worlds.adapter "appwheel"
  local world = worlds.open(adapter)
  local payment = assert(world:create(adapter.ways[1], "A-1"))
  if fault then world:fault("notification", fault, { times = 100 }) end
  assert(world:pays(payment))
  return world, adapter.ways[1]
end

local function recovers(world, way)
  assert.equal("succeeded", world:refresh(way, "A-1").status)
  assert.same({ 1, 1 }, { #world:orders(), world:count "paid" })
  assert.same({}, world.alarms)
end

describe("a hint of AppWheel", function()
  it("is taken once, however often it comes", function()
    local world, way = open()
    local replies, events = world:deliver()
    assert.is_true(#replies >= 1)
    for place, reply in ipairs(replies) do
      assert.same({ 200, "hint", false }, { reply.status, events[place].type, events[place].duplicate })
      assert.is_nil(events[place].verified_by)
    end
    assert(world.box:resend(world.box:deliveries()[1].id))
    replies, events = world:deliver()
    assert.same({ 200, true }, { replies[1].status, events[1].duplicate })
    recovers(world, way)
  end)

  for _, kind in ipairs{ "forged", "wrong_key" } do
    it("that is " .. kind .. " is refused and changes nothing", function()
      local world, way = open(kind)
      local sent = #world.sent
      local replies, events = world:deliver()
      for place, reply in ipairs(replies) do assert.same({ 400, false }, { reply.status, events[place] }) end
      assert.same({ "requires_action", sent }, { world.pay.payments:get("A-1").status, #world.sent })
      recovers(world, way)
    end)
  end

  it("that was altered, or comes too late, is refused", function()
    for _, change in ipairs{ function(request) request.body = request.body:gsub("evt_", "evt-", 1) end,
      function(request) request.body = request.body .. " " end,
      function(request)
        request.headers["stripe-signature"] = request.headers["stripe-signature"]:gsub("t=%d", "t=2")
      end } do
      local world, way = open()
      for _, reply in ipairs((world:deliver(change))) do assert.equal(400, reply.status) end
      recovers(world, way)
    end
    local world, way = open()
    local first
    world:deliver(function(request) first = first or request end)
    world.box:advance(301000)
    assert.equal(400, world.pay.notifications:receive("it", first).status)
    recovers(world, way)
  end)

  it("is refused in one way where it is none, and taken where the dashboard tests", function()
    local world, way = open()
    local sent = #world.sent
    for _, body in ipairs{ "0", "{}", ("x"):rep(65537), ("[" ):rep(65537), "\0\1\2\255" } do
      local reply, event = world.pay.notifications:receive("it",
        { method = "POST", url = "/n", headers = { ["stripe-signature"] = "t=1700000000,v1=00" }, body = body })
      assert.same({ 400, nil }, { reply.status, event })
    end
    assert.equal(200, world.pay.notifications:receive("it",
      { method = "POST", url = "/n", headers = {}, body = "" }).status)
    assert.same({ "requires_action", sent }, { world.pay.payments:get("A-1").status, #world.sent })
    recovers(world, way)
  end)
end)
