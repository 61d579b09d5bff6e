-- MinCloud's simulator behind the sandbox's private nginx, over real connections.

local cjson = require "cjson"
local server = require "obol.sandbox.server"
local socket = require "socket"

local ORDER = "/mincloud/hserve/v2.2/idp/pay/order/"

local function read_head(connection)
  local lines, length = {}, 0
  repeat
    local line = assert(connection:receive("*l"))
    lines[#lines + 1] = line
    length = tonumber(line:lower():match("^content%-length: (%d+)")) or length
  until line == ""
  return table.concat(lines, "\n"), length > 0 and connection:receive(length) or ""
end

describe("MinCloud's simulator as a server", function()
  local box, account
  local function exchange(method, target, body, headers)
    local connection = socket.tcp()
    connection:settimeout(30)
    assert(connection:connect("127.0.0.1", box.port))
    local lines = { method .. " " .. target .. " HTTP/1.1", "Host: 127.0.0.1", "Connection: close",
      body and "Content-Length: " .. #body or nil }
    for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. ": " .. value end
    connection:send(table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or ""))
    local head, content = read_head(connection)
    connection:close()
    return tonumber(head:match("^HTTP/1%.1 (%d+)")), content, head
  end
  local function control(name, fields)
    local _, content = exchange(fields and "POST" or "GET", "/_sandbox/" .. name, fields and cjson.encode(fields))
    return cjson.decode(content)
  end
  local function api(method, target, fields)
    local status, content = exchange(method, target, fields and cjson.encode(fields), {
      ["X-Hydrogen-Client-ID"] = account.client_id, ["Authorization"] = "Hydrogen-r1 " .. account.token,
      ["Content-Type"] = "application/json" })
    local ok, decoded = pcall(cjson.decode, content)
    return status, ok and decoded or nil
  end
  local function target_of(url) return url:match("^http://[^/]+(.*)$") end

  setup(function()
    box = assert(server.start{ mincloud = { order_form = "page" } })
    account = control("accounts").mincloud
  end)
  teardown(function() if box then box:stop() end end)

  it("makes an order, lets a browser pay, and sends the notification until any 2xx", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    listener:settimeout(30)
    control("webhook", { provider = "mincloud",
      url = "http://127.0.0.1:" .. select(2, listener:getsockname()) .. "/notify/web" })
    local status, made = api("POST", ORDER, { gateway_type = "alipay_wap", total_cost = 0.07,
      merchandise_description = "深蓝色秋裤", merchandise_snapshot = { obol = { order_id = "A-1", key = "k" } } })
    assert.equal(201, status)
    assert.equal(200, (exchange("GET", target_of(made.payment_url))))
    local sent, _, head = exchange("POST", target_of(made.payment_url), "action=pay",
      { ["Content-Type"] = "application/x-www-form-urlencoded" })
    assert.equal(303, sent)
    assert.truthy(head:find("\n[Ll]ocation: %w+\n"), head)
    local bodies = {}
    for try, answer in ipairs{ "500 X", "204 X" } do
      local connection = assert(listener:accept())
      connection:settimeout(30)
      head, bodies[try] = read_head(connection)
      assert.truthy(head:find("^POST /notify/web HTTP/1%.1\n"))
      assert.truthy(head:lower():find("\ncontent%-type: text/plain\n"))
      connection:send("HTTP/1.1 " .. answer .. "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      connection:close()
    end
    listener:close()
    assert.truthy(bodies[1]:find("^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9%.[%w_-]+%.[%w_-]+$"))
    assert.equal(bodies[1], bodies[2])
    local order = control("books").mincloud.orders[1]
    assert.same({ "success", 7, "A-1" }, { order.status, order.amount, order.order_id })
  end)

  it("is paid, declined, and changed by the controls", function()
    api("POST", ORDER, { gateway_type = "qpay_native", total_cost = 1, merchandise_description = "x",
      merchandise_snapshot = { obol = { order_id = "A-2" } } })
    assert.equal("success", control("pay", { reference = "A-2", provider = "mincloud" }).status)
    assert.equal("conflict", control("decline", { reference = "A-2" }).error.kind)
    assert.same({ ok = true }, control("set", { provider = "mincloud", options = { order_form = "recorded" } }))
    local _, list = api("GET", ORDER .. "?limit=1")
    assert.equal("1.00", list.objects[1].total_cost)
    assert.equal("invalid", control("set", { provider = "mincloud", options = { order_form = "x" } }).error.kind)
  end)

  it("takes a long address, and answers 502 to one that is too long", function()
    assert.equal(200, (api("GET", ORDER .. "?where=%7B%7D&x=" .. ("y"):rep(16000))))
    assert.equal(502, (api("GET", ORDER .. "?x=" .. ("y"):rep(16386))))
  end)
end)
