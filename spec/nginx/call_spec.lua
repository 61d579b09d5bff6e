local socket = require "socket"
local support = require "spec.nginx.support"

-- A call beneath everything is made in the request's own light thread; its end is taken up by whoever hears of it, also
-- when the request is gone.
describe("pay:call inside nginx", function()
  local server

  setup(function()
    local answer = [['{"transaction_no":"n-1","trade_no":"t","code_url":"weixin://pay/n-1"}']]
    server = support.start {
      http = "lua_shared_dict gates 1m;",
      server = ([[
    location /provider { default_type application/json; return 200 @answer@; }
    location /limited {
      add_header Retry-After 7 always; add_header X-Request-Id r-1 always; add_header X-Other x always;
      return 429 '{"x":1}';
    }
    location /torn { return 444; }
    location /held {
      default_type application/json;
      content_by_lua_block {
        ngx.req.read_body()
        ngx.shared.gates:incr("came", 1, 0)
        repeat ngx.sleep(0.01) until ngx.shared.gates:get "open"
        ngx.print(@answer@)
      }
    }
    location = /gate { content_by_lua_block {
      ngx.shared.gates:set("open", ngx.var.arg_open == "yes" or nil)
      ngx.shared.gates:set("came", 0)
      ngx.say "done"
    } }
    location = /came { content_by_lua_block { ngx.say(ngx.shared.gates:get "came" or 0) } }
    location = /call {
      content_by_lua_block { require("spec.nginx.caller").call() }
      log_by_lua_block { ngx.shared.seen:incr("ended", 1, 0) }
    }
    location = /work {
      content_by_lua_block { require("spec.nginx.caller").work() }
      log_by_lua_block { ngx.shared.seen:incr("ended", 1, 0) }
    }
    location = /logged { content_by_lua_block { require("spec.nginx.caller").logged() } }
    location = /at_once { content_by_lua_block { require("spec.nginx.caller").at_once() } }
    location = /filter { return 200 "fine"; log_by_lua_block { require("spec.nginx.caller").in_filter() } }
    location = /seen { content_by_lua_block { require("spec.nginx.app").seen() } }]]):gsub("@answer@", answer),
    }
  end)

  teardown(function()
    local code, log = server:stop()
    assert.equal(0, code)
    assert.is_nil(log:find "exited on signal")
  end)

  before_each(function() server:get "/gate?open=no" end)

  local function seen(name) return server:get("/seen?name=" .. name) end

  local function number(name) return tonumber(seen(name)) or 0 end

  local function is_at(name, count)
    return support.eventually(function() return number(name) == count end)
  end

  -- Asks, and goes away when the provider has been asked; the request has ended then.
  local function leave(path)
    local ended = number "ended"
    local client = assert(socket.connect("127.0.0.1", server.port))
    assert(client:send(("GET %s HTTP/1.1\r\nHost: shop\r\n\r\n"):format(path)))
    assert.truthy(support.eventually(function() return server:get "/came":find "^1" end))
    client:close()
    assert.is_true(is_at("ended", ended + 1))
  end

  local function rests() return server:rests() end

  it("answers, and is counted once", function()
    local before = number "counted_web"
    assert.same({ outcome = "accepted", data = "weixin://pay/n-1" }, server:get "/call?account=web")
    assert.equal(before + 1, number "counted_web")
    local last = seen "last_web"
    assert.same({ "payment.create", "accepted" }, { last.operation, last.outcome })
    assert.is_true(last.ms >= 0 and last.ms < 5000)
    local both = server:get "/at_once?account=web"
    assert.same({ "accepted", "accepted" }, { both[1].outcome, both[2].outcome })
    assert.equal(before + 3, number "counted_web")
    assert.is_true(rests())
  end)

  it("is ended and counted although the client went away", function()
    local before = number "counted_held"
    leave "/call?account=held"
    assert.equal(before, number "counted_held")
    server:get "/gate?open=yes"
    assert.is_true(is_at("counted_held", before + 1))
    assert.equal("accepted", seen("last_held").outcome)
    assert.is_true(rests())
  end)

  it("is not known to have failed when the answer is torn", function()
    local told = server:get "/call?account=torn"
    assert.same({ outcome = "unknown", kind = "network" }, told)
    assert.equal("unknown", seen("last_torn").outcome)
  end)

  it("tells what an answer's head says of trying again, and nothing else of it", function()
    local told = server:get "/call?account=limited"
    assert.same({ 7000, "r-1" }, { told.retry_after_ms, told.request_id })
    server:get "/work?name=limited&path=limited"
    assert.same({ status = 429, body = true, headers = { ["retry-after"] = "7", ["x-request-id"] = "r-1" } },
      seen "taken_limited")
  end)

  it("is made again while nothing leaves, within its limit, and counted once", function()
    local before, from = number "counted_gone", socket.gettime()
    local told = server:get "/call?account=gone"
    assert.same({ outcome = "not_sent", kind = "network" }, told)
    -- pauses of 50 ms and 100 ms at least
    assert.is_true(socket.gettime() - from > 0.14)
    assert.equal(before + 1, number "counted_gone")
    assert.is_true(rests())
  end)

  it("sends nothing for bad input", function()
    local before = number "counted_web"
    assert.same({ outcome = "not_sent", kind = "invalid", field = "amount" }, server:get "/call?account=web&amount=x")
    assert.equal("invalid", server:get("/call?account=nobody").kind)
    assert.equal(before, number "counted_web")
  end)

  it("is refused in a phase that cannot wait", function()
    server:get "/filter"
    assert.truthy(support.eventually(function() return type(seen "filter") == "table" end))
    assert.same({ kind = "unsupported", outcome = "not_sent" }, seen "filter")
  end)

  it("may be told to a log that waits", function()
    assert.equal("accepted", server:get("/logged?account=web").outcome)
    assert.same({ account = "web", outcome = "accepted", sends = 1 }, seen "logged")
  end)

  it("has work that would go on given up where nobody waits, and left to who waits", function()
    leave "/work?name=left"
    server:get "/gate?open=yes"
    assert.truthy(support.eventually(function() return seen "given_up_left" == true end))
    assert.same({ status = 200, body = true }, seen "taken_left")
    assert.same({ over = false, failure = "nil" }, server:get "/work?name=waiting")
    assert.equal(200, seen("taken_waiting").status)
    assert.equal(seen "never", seen "given_up_waiting")
  end)

  it("has work that fails told to who waits, and the next call is none the worse", function()
    server:get "/gate?open=yes"
    local told = server:get "/work?name=failing"
    assert.is_true(told.over)
    assert.matches("broken", told.failure)
    assert.equal("accepted", server:get("/call?account=web").outcome)
    assert.is_true(rests())
  end)
end)
