-- RuxPay behind the sandbox's private nginx: real connections, real callbacks, equal ids at once.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local members = require "obol.sandbox.ruxpay.members"
local server = require "obol.sandbox.server"
local socket = require "socket"
local support = dofile "spec/sandbox/ruxpay_support.lua"

local box
setup(function() box = assert(server.start{ ruxpay = { secret_key = support.KEY, auth = { mode = "basic" } } }) end)
teardown(function() if box then box:stop() end end)

local BASIC = "Basic " .. crypto.base64("100868:" .. support.KEY)

local function connect()
  local connection = socket.tcp()
  connection:settimeout(30)
  assert(connection:connect("127.0.0.1", box.port))
  return connection
end

local function text_of(method, target, body, more)
  local lines = { method .. " " .. target .. " HTTP/1.1", "Host: 127.0.0.1", "Connection: close",
    "Authorization: " .. BASIC }
  for name, value in pairs(more or {}) do lines[#lines + 1] = name .. ": " .. value end
  if body then lines[#lines + 1] = "Content-Length: " .. #body end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

local function finish(connection)
  local all, _, part = connection:receive("*a")
  connection:close()
  all = all or part
  return { raw = all, status = tonumber(all:match("^HTTP/1%.1 (%d+)")), body = all:match("\r\n\r\n(.*)$") }
end

local function exchange(...)
  local connection = connect()
  connection:send(text_of(...))
  return finish(connection)
end

local function control(name, fields)
  local body = fields and cjson.encode(fields)
  return cjson.decode(exchange(fields and "POST" or "GET", "/_sandbox/" .. name, body).body)
end

local function api(path, fields)
  return cjson.decode(exchange("POST", "/ruxpay" .. path, cjson.encode(support.request(fields))).body)
end

describe("RuxPay behind HTTP", function()
  it("tells a ready account in the configuration's words", function()
    assert.same({ base_url = box.url .. "/ruxpay", app_id = support.APP, merchant_no = "100868",
      secret_key = support.KEY, auth = { mode = "basic" } }, control("accounts").ruxpay)
  end)

  it("takes one of many equal transactions that come at once", function()
    local body = cjson.encode(support.request{ transactionId = "same", orderId = "same" })
    local connections, codes = {}, {}
    for i = 1, 30 do connections[i] = connect() end
    for i = 1, 30 do connections[i]:send(text_of("POST", "/ruxpay/api/payment", body)) end
    for i = 1, 30 do
      local code = cjson.decode(finish(connections[i]).body).code
      codes[code] = (codes[code] or 0) + 1
    end
    assert.same({ [100] = 1, [501] = 29 }, codes)
    assert.same({ 1, 29 }, { #control("books").ruxpay.payments, control("books").ruxpay.duplicates })
  end)

  it("lets a browser approve, and sends it on", function()
    local answer = api("/api/payment", { transactionId = "3ds", orderId = "3ds", card = support.card("700") })
    local target = answer.redirectUrl:match("^http://[^/]+(.*)$")
    local page = exchange("GET", target, nil, { Accept = "text/html" })
    assert.equal(200, page.status)
    assert.truthy(page.body:find("Approve the payment", 1, true))
    local reply = exchange("POST", target, "action=approve", { ["Content-Type"] = "application/x-www-form-urlencoded" })
    assert.equal(302, reply.status)
    local shop = "https://shop.example/back%?transactionId=3ds&uniqueId=" .. answer.uniqueId .. "&code=100"
    assert.truthy(reply.raw:find("\r\n[Ll]ocation: " .. shop .. "\r\n"))
  end)

  it("drops the connection after charging", function()
    control("fault", { operation = "payment.create", kind = "commit_then_drop", provider = "ruxpay" })
    local body = cjson.encode(support.request{ transactionId = "dropped", orderId = "dropped" })
    assert.equal("", exchange("POST", "/ruxpay/api/payment", body).raw)
    assert.equal(501, cjson.decode(exchange("POST", "/ruxpay/api/payment", body).body).code)
  end)

  it("sends notifications to the address of each request, again where the answer is not 200", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    listener:settimeout(30)
    local _, port = listener:getsockname()
    api("/api/payment", { transactionId = "told", orderId = "told",
      notificationUrl = "http://127.0.0.1:" .. port .. "/notify/cards" })
    local bodies = {}
    for i, status in ipairs{ 204, 200 } do
      local connection = assert(listener:accept())
      connection:settimeout(30)
      local line, length = assert(connection:receive("*l")), nil
      assert.equal("POST /notify/cards HTTP/1.1", line)
      repeat
        line = connection:receive("*l")
        length = tonumber(line:lower():match("^content%-length: (%d+)")) or length
      until line == ""
      bodies[i] = connection:receive(length)
      connection:send("HTTP/1.1 " .. status .. " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      connection:close()
      if i == 1 then control("advance", { ms = 5000 }) end
    end
    listener:close()
    assert.equal(bodies[1], bodies[2])
    assert.equal(cjson.decode(bodies[1]).sign, members.sign(bodies[1], support.KEY))
    assert.equal("told", cjson.decode(bodies[1]).transactionId)
  end)

  it("hands over notifications for addresses that it does not send to", function()
    api("/api/payment", { transactionId = "far", orderId = "far" })
    local found
    for _, request in ipairs(control("deliver", {}).delivered) do
      if request.body:find('"far"', 1, true) then found = request end
    end
    assert.equal("https://shop.example/notify", found.url)
  end)

  it("writes nothing of a card to its log", function()
    api("/api/payment", { transactionId = "log", orderId = "log", card = support.card("321", "5412345678901234") })
    control("fault", { operation = "payment.create", kind = "torn", provider = "ruxpay" })
    exchange("POST", "/ruxpay/api/payment", cjson.encode(support.request{ transactionId = "log2", orderId = "log2",
      card = support.card("321", "5412345678901234") }))
    local pipe = io.popen("grep -rl 5412345678901234 '" .. box.dir .. "' 2>/dev/null --devices=skip")
    local found = pipe:read("*a")
    pipe:close()
    assert.equal("", found)
  end)
end)
