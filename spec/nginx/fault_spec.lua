-- What providers and networks do wrong, inside nginx: the same answers as in plain Lua, and the worker serves others
-- meanwhile.

local net = require "spec.net.support"
local socket = require "socket"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

local LOCATIONS = [[
  location = /fault { content_by_lua_block {
    local app = require "spec.nginx.app"
    local reply, err = app.transport.send({ method = "POST", url = ngx.var.arg_to, body = "pay=1" }, {
      timeout_ms = tonumber(ngx.var.arg_timeout_ms), first_byte_ms = tonumber(ngx.var.arg_first_byte_ms),
      connect_ms = tonumber(ngx.var.arg_connect_ms), max_reply = tonumber(ngx.var.arg_max_reply) })
    app.say(reply and { status = reply.status } or { kind = err.kind, outcome = err.outcome, message = err.message })
  } }
  location = /pay { content_by_lua_block {
    local app, obol = require "spec.nginx.app", require "obol"
    local pay = package.loaded["spec.nginx.faulty"]
    if not pay then
      local accounts = {}
      for name, url in pairs(package.loaded["spec.nginx.words"]) do
        accounts[name] = { provider = "mincloud", client_id = "c-1", base_url = url, token = obol.secret "t" }
      end
      pay = assert(obol.open { mode = "test", ledger = "memory", accounts = accounts })
      package.loaded["spec.nginx.faulty"] = pay
    end
    local name = ngx.var.arg_account
    local payment = assert(pay.payments:create({ order_id = name, method = "wechat_qr", amount = "1.00",
      currency = "CNY", description = "tea" }, { account = name, timeout_ms = 15000 }))
    app.say { status = payment.status, outcome = payment.attempts[1].outcome, attempts = #payment.attempts,
      kind = payment.error and payment.error.kind }
  } }
]]

describe("a fault inside nginx", function()
  local upstream, server
  local answers, pings = {}, {}

  -- name -> { what the path of the upstream is, options of the call, kind, outcome }
  local cases = {
    refused = { "http://127.0.0.1:1/", nil, "network", "not_sent" },
    no_connection = { "full", "connect_ms=300", "timeout", "not_sent" },
    flood_of_bytes = { "endless", "max_reply=1048576", "provider", "unknown" },
    flood_of_chunks = { "endless_chunks", "max_reply=1048576", "provider", "unknown" },
    one_byte_too_many = { "large/1001", "max_reply=1000", "provider", "unknown" },
    bomb = { "gzip_transfer", "max_reply=1048576", "provider", "unknown" },
    no_first_byte = { "stall_headers", "first_byte_ms=1000", "timeout", "unknown" },
  }
  for name, kind in pairs { close = "network", reset = "network", reset_in_body = "network", truncated = "network",
    truncated_chunk = "network", no_last_chunk = "network", not_http = "provider", no_status = "provider",
    nul_header = "provider", two_lengths = "provider", two_same_lengths = "provider", list_length = "provider",
    length_and_chunked = "provider", many_headers = "provider", big_header = "provider", flood = "provider",
    interim_flood = "provider" } do
    cases[name] = { name, nil, kind, "unknown" }
  end
  for _, name in ipairs { "stall_headers", "half_headers", "stall_body", "drip", "drip_headers" } do
    cases[name] = { name, "timeout_ms=1500", "timeout", "unknown" }
  end

  local payments = { refused = "http://127.0.0.1:1", close = "close", reset = "reset", truncated = "truncated",
    two_lengths = "two_lengths" }

  local function address(path)
    if path == "full" then return ("http://127.0.0.1:%d/"):format(upstream.full) end
    return path:find "^http:" and path or upstream.url(path)
  end

  setup(function()
    upstream = net.server()
    local words = {}
    for name, path in pairs(payments) do words[#words + 1] = ("%s = %q"):format(name, address(path)) end
    server = support.start { server = LOCATIONS, http = ([[ init_by_lua_block {
      package.loaded["spec.nginx.words"] = { %s } } ]]):format(table.concat(words, ", ")) }
    local calls, over = {}, false
    for name, case in pairs(cases) do
      calls[#calls + 1] = function()
        answers[name] = server:get(("/fault?to=%s&%s"):format(address(case[1]), case[2] or "timeout_ms=30000"))
      end
    end
    local all = function()
      wait.all((table.unpack or unpack)(calls))
      over = true
    end
    wait.all(all, function()
      while not over do
        local from = socket.gettime()
        server:get "/ping"
        pings[#pings + 1] = socket.gettime() - from
        wait.sleep(20)
      end
    end)
  end)

  teardown(function()
    server:stop()
    net.stop_server(upstream)
  end)

  for name, case in pairs(cases) do
    it(name .. " has its kind and its outcome", function()
      assert.same({ case[3], case[4] }, { answers[name].kind, answers[name].outcome })
    end)
  end

  it("holds up nobody else", function()
    assert.is_true(#pings >= 10)
    table.sort(pings)
    assert.is_true(pings[math.ceil(#pings / 2)] < 2, ("half of the pings took %.3f s or more"):format(
      pings[math.ceil(#pings / 2)]))
  end)

  for name in pairs(payments) do
    local sent = name ~= "refused"
    it("leaves a payment " .. (sent and "unknown" or "that failed") .. ": " .. name, function()
      local answer = server:get("/pay?account=" .. name)
      assert.same({ status = sent and "unknown" or "failed", outcome = sent and "unknown" or "not_sent", attempts = 1,
        kind = answer.kind }, answer)
      if not sent then return end
      local before = upstream.count(name)
      assert.equal("unknown", server:get("/pay?account=" .. name).status)
      assert.equal(before, (upstream.count(name)))
    end)
  end

  it("leaves nothing behind", function()
    assert.is_nil(server:complaints())
    assert.equal(0, server:get("/stats").pending)
  end)
end)
