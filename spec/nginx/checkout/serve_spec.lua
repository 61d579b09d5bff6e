-- The example shop: the configuration that users copy, in front of a sandbox.

package.path = "./scripts/storefront/?.lua;" .. package.path

local json = require "obol.json"
local sandbox = require "obol.sandbox.server"
local socket = require "socket"
local storefront = require "server"
local wait = require "obol.wait"

local transport = assert(wait.transport { timeout_ms = 60000 })

describe("the example shop", function()
  local box, shop

  local function control(verb, input)
    local reply = assert(transport.send { method = input and "POST" or "GET", url = box.url .. "/_sandbox/" .. verb,
      body = input and json.encode(input), headers = input and { ["content-type"] = "application/json" } })
    assert.equal(200, reply.status, reply.body)
    return json.decode(reply.body)
  end

  setup(function()
    box = assert(sandbox.start {})
    shop = assert(storefront.start { port = 0, here = "scripts", sandbox = box.url, accounts = control "accounts" })
    control("webhook", { provider = "mincloud", url = shop.url .. "/pay/notify/web" })
  end)

  teardown(function()
    local log = shop and shop:log() or ""
    if shop then shop:stop() end
    if box then box:stop() end
    assert.is_nil(log:find("%[error%] [^\n]*lua"), log)
  end)

  local function call(method, url, body, headers)
    return assert(transport.send { method = method, url = url:find "^http" and url or shop.url .. url, body = body,
      headers = headers or {} })
  end

  local function form(url, body, cookie)
    return call("POST", url, body, { ["content-type"] = "application/x-www-form-urlencoded", cookie = cookie })
  end

  it("sells each ware: every way leads to a page", function()
    local wares = 0
    for ware in call("GET", "/").body:gmatch 'name="ware" value="(%l+)"' do
      local answer = form("/buy", "ware=" .. ware)
      assert.equal(303, answer.status, ware .. ": " .. answer.body)
      assert.equal(200, call("GET", (answer.headers.location:gsub("#.*", ""))).status, ware)
      wares = wares + 1
    end
    assert.equal(9, wares)
  end)

  it("is paid by a code, told by a notification, shown to the payer", function()
    local url = form("/buy", "ware=tea").headers.location
    local page = call("GET", url)
    local cookie = page.headers["set-cookie"]:match "^[^;]+"
    local proof = page.body:match 'name="form" value="([^"]*)"'
    assert.equal(303, form(url, "form=" .. proof .. "&way=web%2Fwechat_qr", cookie).status)
    local order_id = page.body:match "<bdi>([^<]+)</bdi>"
    control("pay", { reference = order_id })
    local paid
    for _ = 1, 300 do
      paid = call("GET", "/pay/metrics").body:find('obol_callbacks_total{account="web",verdict="accepted"} 1', 1, true)
      if paid then break end
      wait.sleep(100)
    end
    assert(paid)
    assert(call("GET", url).body:find("<span>Paid</span>", 1, true))
    assert(call("GET", "/order?order=" .. order_id).body:find("succeeded", 1, true))
  end)

  it("tells the live state as it changes also through a proxy that speaks HTTP/1.0", function()
    local url = form("/buy", "ware=tea").headers.location
    local page = call("GET", url)
    local cookie, order_id = page.headers["set-cookie"]:match "^[^;]+", page.body:match "<bdi>([^<]+)</bdi>"
    local proof = page.body:match 'name="form" value="([^"]*)"'
    assert.equal(303, form(url, "form=" .. proof .. "&way=web%2Fwechat_qr", cookie).status)
    local stream = assert(socket.connect("127.0.0.1", tonumber(shop.url:match "%d+$")))
    stream:settimeout(60)
    local path = url:match("^http://[^/]+(/[^#?]*)"):gsub("/checkout/", "/status/")
    assert(stream:send(("GET %s HTTP/1.0\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"):format(path)))
    local function told(stage)
      local line
      repeat line = assert(stream:receive "*l") until line:find "^data"
      assert(line:find(stage, 1, true), line)
    end
    told "action-1"
    control("pay", { reference = order_id })
    told "paid-1"
    assert(stream:receive "*a") -- it ends by itself
    stream:close()
  end)

  it("answers a page that asks where its sender has no live connection left", function()
    local url = form("/buy", "ware=tea").headers.location
    local path = url:match("^http://[^/]+(/[^#?]*)"):gsub("/checkout/", "/status/")
    local port, streams, refused = tonumber(shop.url:match "%d+$"), {}, false
    for _ = 1, 60 do
      local one = assert(socket.connect("127.0.0.1", port))
      one:settimeout(30)
      assert(one:send(("GET %s HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"):format(path)))
      streams[#streams + 1] = one
      refused = one:receive "*l":find(" 429 ", 1, true) ~= nil
      if refused then break end
      wait.sleep(60) -- pages have a rate too
    end
    assert.is_true(refused)
    assert.equal(21, #streams)
    assert.equal(200, call("GET", path, nil, { accept = "application/json" }).status)
    for _, one in ipairs(streams) do one:close() end
    -- a token opens the payer's page
    assert.is_nil(shop:log():find(path:match "[^/]+$", 1, true))
  end)

  it("makes one order of forms that come at once", function()
    local url = form("/buy", "ware=tea").headers.location
    local page = call("GET", url)
    local cookie, order_id = page.headers["set-cookie"]:match "^[^;]+", page.body:match "<bdi>([^<]+)</bdi>"
    local proof = page.body:match 'name="form" value="([^"]*)"'
    control("fault", { operation = "payment.create", kind = "slow", ms = 400, provider = "mincloud", times = 1 })
    local calls = {}
    for index, way in ipairs { "wechat_qr", "wechat_qr", "qq_qr", "alipay_page" } do
      calls[index] = function() return form(url, "form=" .. proof .. "&way=web%2F" .. way, cookie) end
    end
    for _, result in ipairs { wait.all((table.unpack or unpack)(calls)) } do assert.equal(303, result[1].status) end
    local orders = 0
    for _, one in ipairs(control("books").mincloud.orders) do
      if one.order_id == order_id then orders = orders + 1 end
    end
    assert.equal(1, orders)
    assert(call("GET", url).body:find('data-stage="action-1"', 1, true))
  end)

  it("takes orders of the shop's servers", function()
    local order = json.encode { order_id = "API-1", amount = "19.99", currency = "CNY", description = "tea",
      checkout = { language = "zh" } }
    local answer = call("POST", "/pay/create", order, { ["content-type"] = "application/json",
      authorization = "Bearer " .. shop.key })
    assert.equal(201, answer.status)
    assert.equal(200, call("GET", json.decode(answer.body).checkout_url).status)
  end)

  it("refuses what is too long before it is read", function()
    for path, bytes in pairs { ["/pay/notify/web"] = 262145, ["/pay/create"] = 65537, ["/pay/checkout/AAAA"] = 4097 } do
      assert.equal(413, call("POST", path, ("a"):rep(bytes)).status, path)
    end
    local answer = call("POST", "/pay/create", ("a"):rep(65537))
    assert.equal("application/problem+json", answer.headers["content-type"])
    assert.equal(413, json.decode(answer.body).status)
  end)

  it("takes a long form along with a browser that comes back, and notes no page of it", function()
    local token = ("A"):rep(200)
    assert.equal(404, call("POST", "/pay/return/" .. token, ("a"):rep(60000)).status)
    assert.is_nil(shop:log():find(token, 1, true))
  end)

  it("shows numbers and health to this machine", function()
    assert.equal(200, call("GET", "/pay/health").status)
    assert.equal(200, call("GET", "/pay/metrics").status)
  end)

  it("slows down who asks too often", function()
    local calls, statuses = {}, { [404] = 0, [429] = 0 }
    for index = 1, 120 do
      calls[index] = function() return transport.send { url = shop.url .. "/pay/return/AAAA" } end
    end
    -- what a second may bring is let through, so a machine that takes seconds for all of them asks again
    for _ = 1, 10 do
      for _, result in ipairs { wait.all((table.unpack or unpack)(calls)) } do
        local status = result[1].status
        statuses[status] = statuses[status] + 1
      end
      if statuses[429] >= 40 then break end
    end
    assert(statuses[404] >= 5, statuses[404])
    assert(statuses[429] >= 40, statuses[429])
  end)
end)
