-- What the waiting in nginx does with the core's channel: a request that is spent by its sending, and a reply in a
-- table that is used again.

local core = require "obol.core"
local new_account = require "obol.account"
local secret = require "obol.secret"
local support = require "spec.net.support"
local wait = require "obol.wait"

local WAIT_MS = 30000

describe("a request that is spent", function()
  local server, account, channel

  setup(function()
    server = support.server()
    channel = core.net.new()
    account = assert(new_account{ provider = "appwheel", app_id = "1", platform = "Stripe", secret = secret "s3cret",
      base_url = server.url "echo" })
  end)

  teardown(function() support.stop_server(server) end)

  local function encode(nonce)
    return assert(account:encode("time.get", {}, { time_ms = 1700000000123, nonce = nonce }))
  end

  local function body_of(id)
    assert(channel.wait(id, WAIT_MS))
    return assert(channel.take(id)).body
  end

  it("was sent whole, is empty then, and its memory serves the next one", function()
    local first = encode "1700000000001"
    local target = first.url:match "^http://[^/]+(/.*)$"
    local id = assert(channel.submit(first, nil, nil, false, true))
    assert.same({ "", "", "", {} }, { first.method, first.url, first.body, first.headers })
    assert.is_false(pcall(tostring, first))
    local second = encode "1700000000002"
    assert.is_true(rawequal(first, second))
    assert.equal("1700000000002", second.headers["x-request-nonce"])
    local sent = body_of(id)
    assert.truthy(sent:find(" " .. target .. " HTTP/1.1\r\n", 1, true))
    assert.truthy(sent:find("x-request-nonce: 1700000000001\r\n", 1, true))
  end)

  it("never serves two at once", function()
    local requests, ids = {}, {}
    for place = 1, 3 do requests[place] = encode(("170000000010%d"):format(place)) end
    for place = 1, 3 do ids[place] = assert(channel.submit(requests[place], nil, nil, false, true)) end
    local one, other = encode "1700000000201", encode "1700000000202"
    assert.is_false(rawequal(one, other))
    assert.same({ "1700000000201", "1700000000202" },
      { one.headers["x-request-nonce"], other.headers["x-request-nonce"] })
    for place = 1, 3 do
      assert.truthy(body_of(ids[place]):find(("x-request-nonce: 170000000010%d\r\n"):format(place), 1, true))
    end
  end)

  it("is empty also where it could not be sent", function()
    local request = encode "1700000000301"
    local id, err = channel.submit(request, { timeout_ms = 0 }, nil, false, true)
    assert.is_nil(id)
    assert.same({ "invalid", "not_sent" }, { err.kind, err.outcome })
    assert.equal("", request.url)
    id, err = channel.submit(request)
    assert.is_nil(id)
    assert.equal("not_sent", err.outcome)
  end)

  it("may be a plain table, which is left as it is", function()
    local request = { url = server.url "echo/plain" }
    local id = assert(channel.submit(request, nil, nil, false, true))
    assert.truthy(body_of(id):find("GET /echo/plain ", 1, true))
    assert.same({ url = server.url "echo/plain" }, request)
  end)
end)

describe("a reply in a table of the caller's", function()
  local server, channel

  setup(function()
    server = support.server()
    channel = core.net.new()
  end)

  teardown(function() support.stop_server(server) end)

  local function taken(url, room)
    local id = assert(channel.submit({ url = url }))
    assert(channel.wait(id, WAIT_MS))
    return channel.take(id, true, room)
  end

  it("takes the place of the last one", function()
    local room = { status = 500, headers = { ["retry-after"] = "7" }, body = "old" }
    assert.is_true(rawequal(room, taken(server.url "echo/a", room)))
    assert.equal(200, room.status)
    assert.is_nil(room.headers)
    assert.truthy(room.body:find("GET /echo/a ", 1, true))
    assert.is_true(rawequal(room, taken(server.url "echo/b", room)))
    assert.truthy(room.body:find("GET /echo/b ", 1, true))
  end)

  it("is left alone by a call that has no reply, and by one under way", function()
    local room = { status = 1 }
    local reply, err = taken("http://127.0.0.1:1/", room)
    assert.is_nil(reply)
    assert.equal("not_sent", err.outcome)
    assert.same({ status = 1 }, room)
    local id = assert(channel.submit({ url = server.url "slow/200" }))
    assert.equal(0, select("#", channel.take(id, true, room)))
    assert.same({ status = 1 }, room)
    assert(channel.wait(id, WAIT_MS))
    assert.equal(200, channel.take(id, true, room).status)
  end)
end)

describe("a transport's way that spends requests", function()
  local server, transport, account

  setup(function()
    server = support.server()
    transport = assert(wait.transport{ timeout_ms = WAIT_MS })
    account = assert(new_account{ provider = "appwheel", app_id = "1", platform = "Stripe", secret = secret "s3cret",
      base_url = server.url "echo" })
  end)

  teardown(function() support.stop_server(server) end)

  local function encode() return assert(account:encode("time.get", {}, { time_ms = 1700000000123, nonce = "1" })) end

  it("leaves nothing of one, alone and among others", function()
    local spend, request = wait.spending(transport), encode()
    assert.truthy(assert(spend(request)).body:find("x-request-nonce: 1\r\n", 1, true))
    assert.equal("", request.url)
    local held = {}
    local results = { wait.all(function() held[1] = encode() return spend(held[1]) end,
      function() held[2] = encode() return spend(held[2]) end) }
    for place = 1, 2 do
      assert.equal(200, results[place][1].status)
      assert.equal("", held[place].url)
    end
  end)

  it("is not there for a transport of somebody else, and its own send leaves requests as they are", function()
    assert.is_nil(wait.spending { send = transport.send })
    local request = encode()
    local url = request.url
    assert(transport.send(request))
    assert.equal(url, request.url)
    local plain = transport.send
    transport.send = function(...) return plain(...) end
    assert.is_nil(wait.spending(transport))
    transport.send = plain
  end)
end)
