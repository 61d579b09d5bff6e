-- 4metas behind the sandbox's server: real connections, controls in JSON, callbacks sent to a listener.

local cjson = require "cjson"
local crypto = require "obol.crypto"
local server = require "obol.sandbox.server"
local socket = require "socket"

local JSON = "application/json; charset=utf-8"

local box, listener, notify_url
setup(function()
  box = assert(server.start{ fourmetas = { strict = true, access_token = "t-1" } })
  listener = assert(socket.bind("127.0.0.1", 0))
  listener:settimeout(30)
  notify_url = "http://127.0.0.1:" .. select(2, listener:getsockname()) .. "/notify?x=1"
end)
teardown(function()
  if listener then listener:close() end
  if box then box:stop() end
end)

local function exchange(method, target, body, headers)
  local connection = socket.tcp()
  connection:settimeout(30)
  assert(connection:connect("127.0.0.1", box.port))
  local lines = { method .. " " .. target .. " HTTP/1.1", "Host: 127.0.0.1", "Connection: close" }
  for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value end
  if body then lines[#lines + 1] = "Content-Length: " .. #body end
  connection:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or ""))
  local all, _, part = connection:receive("*a")
  connection:close()
  local head, rest = (all or part):match("^(.-\r\n)\r\n(.*)$")
  return { head = head, body = rest, status = tonumber(head:match("^HTTP/1%.1 (%d+)")) }
end

local function control(name, fields)
  local reply = exchange(fields and "POST" or "GET", "/_sandbox/" .. name, fields and cjson.encode(fields))
  return cjson.decode(reply.body), reply.status
end

local function api(path, body)
  return exchange("POST", "/fourmetas/formetas/thirdRecharge/" .. path, body,
    { ["Content-Type"] = JSON, ["Access-Token"] = "t-1" })
end

local function create(order_id, more)
  return api("createThirdOrder", '{"thirdId":9007199254740993,"goodId":1,"gameId":22,"rechargeAmount":3.44,'
    .. '"notify_url":"' .. notify_url .. '","extra":"k|' .. order_id .. '|"' .. (more or "")
    .. "}").body:match('"data":(%d+)}$')
end

-- Takes one callback and answers it; gives its first line, its headers and its body.
local function take(status, answer)
  local connection = assert(listener:accept())
  connection:settimeout(30)
  local first, length, head = connection:receive("*l"), 0, ""
  repeat
    local line = assert(connection:receive("*l"))
    head = head .. line:lower() .. "\n"
    length = tonumber(line:lower():match("^content%-length: (%d+)")) or length
  until line == ""
  local body = connection:receive(length)
  connection:send("HTTP/1.1 " .. status .. " X\r\nContent-Length: " .. #answer .. "\r\nConnection: close\r\n\r\n"
    .. answer)
  connection:close()
  return first, head, body
end

local function opened(body)
  local key = crypto.key(control("accounts").fourmetas.rsa.key)
  return (key:decrypt(crypto.unbase64(cjson.decode(body).param), "pkcs1"))
end

describe("4metas behind the sandbox's server", function()
  it("tells a ready account, with every digit of its books", function()
    local account = control("accounts").fourmetas
    assert.same({ box.url .. "/fourmetas", box.url .. "/fourmetas/pay", 22,
      { { name = "access-token", value = "t-1" } } },
      { account.api_base, account.pay_base, account.game_id, account.extra_headers })
    local id = create "B-1"
    local found
    for _, order in ipairs(control("books").fourmetas.orders) do found = found or order.order_id == "B-1" and order end
    assert.same({ id, "9007199254740993", 344 }, { found.id, found.user, found.amount })
    local told = api("queryMyOrder", '{"id":' .. id .. "}").body
    assert.truthy(told:find('"orderId":' .. id .. ',"userId":9007199254740993', 1, true))
    local refused = exchange("POST", "/fourmetas/formetas/thirdRecharge/queryMyOrder", "{}").body
    assert.truthy(refused:find("not login", 1, true))
    control("decline", { reference = id })
  end)

  it("lets a browser pay, sends the callback, and sends it again until it is acknowledged", function()
    local id = create("P-1", ',"page_url":"https://game.example/back"')
    assert.equal(200, exchange("GET", "/fourmetas/pay/").status)
    local page = exchange("GET", "/fourmetas/pay/order?id=" .. id)
    assert.truthy(page.body:find("Pay 3.44 USD", 1, true))
    local reply = exchange("POST", "/fourmetas/pay/order?id=" .. id, "action=pay",
      { ["Content-Type"] = "application/x-www-form-urlencoded" })
    assert.equal(303, reply.status)
    assert.truthy(reply.head:find("\r\n[Ll]ocation: https://game.example/back%?param=[%w%%._~-]+\r\n"))
    local first, head, body = take(200, "thanks")
    assert.equal("POST /notify?x=1 HTTP/1.1", first)
    assert.truthy(head:find("content-type: " .. JSON, 1, true))
    local clear = opened(body)
    assert.truthy(clear:find('"orderId":' .. id .. ',"extra":"k|P-1|","goodId":1,"userId":9007199254740993', 1, true))
    control("advance", { ms = 5000 })
    local _, _, again = take(200, '{"status":1,"msg":"success"}')
    assert.equal(body, again)
    for _ = 1, 1000 do
      if control("deliveries").deliveries[1].status == "delivered" then break end
      socket.sleep(0.02)
    end
    assert.same({ "delivered", 2, 200 }, { control("deliveries").deliveries[1].status,
      control("deliveries").deliveries[1].attempts, control("deliveries").deliveries[1].answer })
  end)

  it("forges and changes options by control", function()
    local id = create "F-1"
    assert.same({ order = id }, (control("forge", { reference = "F-1" })))
    local _, _, body = take(200, '{"status":1,"msg":"success"}')
    assert.truthy(opened(body):find(id, 1, true))
    assert.truthy(api("queryMyOrder", '{"id":' .. id .. "}").body:find('"status":0,"createTime"', 1, true))
    assert.same({ ok = true }, (control("set", { provider = "fourmetas", options = { transport = "form" } })))
    assert.equal(id, control("pay", { reference = "F-1" }).order)
    local _, head, form = take(200, '{"status":1,"msg":"success"}')
    assert.truthy(head:find("x-www-form-urlencoded", 1, true))
    assert.truthy(form:find("^param=[%w%%._~-]+$"))
    control("set", { provider = "fourmetas", options = { transport = "json" } })
    for _, bad in ipairs{ { provider = "none", options = { a = 1 } },
      { provider = "fourmetas", options = { strict = 1 } },
      { provider = "fourmetas", options = { wrapping = "tape" } } } do
      local said, status = control("set", bad)
      assert.same({ 400, "invalid" }, { status, said.error.kind })
    end
  end)

  it("meets faults by control", function()
    control("fault", { operation = "payment.create", kind = "null_data" })
    assert.is_nil(create "N-1")
    local said, status = control("fault", { operation = "payment.create", kind = "nonsense" })
    assert.same({ 400, "invalid" }, { status, said.error.kind })
    control("fault", { operation = "notification", kind = "altered" })
    create "N-2"
    control("pay", { reference = "N-2" })
    local _, _, body = take(200, '{"status":1,"msg":"success"}')
    assert.is_nil((opened(body)))
  end)

  it("is paid once when many pay at the same time", function()
    local id = create "C-1"
    local connections = {}
    for i = 1, 20 do
      connections[i] = socket.tcp()
      connections[i]:settimeout(30)
      assert(connections[i]:connect("127.0.0.1", box.port))
      connections[i]:send("POST /fourmetas/pay/order?id=" .. id .. " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        .. "Content-Length: 10\r\n\r\naction=pay")
    end
    for i = 1, 20 do
      assert.truthy(connections[i]:receive("*l"):find(" 200 "))
      connections[i]:close()
    end
    take(200, '{"status":1,"msg":"success"}')
    listener:settimeout(0.3)
    assert.is_nil((listener:accept()))
    listener:settimeout(30)
  end)
end)
