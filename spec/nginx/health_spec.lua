local command = require "spec.cli.support"
local net = require "spec.net.support"
local support = require "spec.nginx.support"

-- Breakers and limits of accounts that several workers share.
describe("workers that share a dict", function()
  local folder, server, orders

  before_each(function() folder, orders = net.folder(), 0 end)
  after_each(function()
    if server then server:stop() end
    server = nil
    net.remove(folder)
  end)

  -- `one` are the settings of the account, as text; `names` says where the dict is named.
  local function start(one, names)
    local locations = {}
    for _, name in ipairs { "create", "set", "sent", "empty", "report", "hang", "held", "under_way" } do
      locations[#locations + 1] = ("location = /%s { content_by_lua_block { require('spec.nginx.breakers').%s() } }")
        :format(name, name)
    end
    for _, name in ipairs { "health", "metrics" } do
      locations[#locations + 1] = ("location = /%s { content_by_lua_block { "
        .. "require('spec.nginx.breakers').shop.%s() } }"):format(name, name)
    end
    server = support.start { workers = 3, server = table.concat(locations, "\n"), http = ([[
      keepalive_timeout 0;
      lua_shared_dict shared 1m;
      init_by_lua_block {
        package.loaded["spec.nginx.words"] = { ledger = "sqlite:%s/ledger.db", one = %s, %s }
        require "spec.nginx.breakers"
      } ]]):format(folder, one, names or 'dict = "shared"') }
  end

  -- So many payments at once: how many came to each account, and to how many workers.
  local function create(count)
    local calls = {}
    for place = 1, count do
      orders = orders + 1
      local path = "/create?order=A-" .. orders
      calls[place] = function() return server:get(path) end
    end
    local found, pids = { one = 0, two = 0, workers = 0 }, {}
    for _, result in ipairs { require("obol.wait").all((table.unpack or unpack)(calls)) } do
      local answer = result[1]
      assert.is_string(answer.account, answer.error)
      found[answer.account] = found[answer.account] + 1
      if not pids[answer.pid] then pids[answer.pid], found.workers = true, found.workers + 1 end
    end
    return found
  end

  -- So that no spec holds by one worker alone.
  local function several(count)
    local found
    assert.is_true(support.eventually(function()
      found = create(count)
      return found.workers > 1
    end))
    return found
  end

  -- What is told of an account; a worker adds what it has gathered a moment after its first call.
  local function line(account)
    local found
    support.eventually(function()
      for _, one in ipairs(server:get "/report") do
        if one.account == account then found = one end
      end
      return found
    end)
    return found
  end

  local breaker = '{ breaker = { failures = 5, pause = "1h", longest = "2h", probes = 2 } }'

  it("step back together, and probe by few calls in all", function()
    start(breaker)
    server:get "/set?mode=refused"
    several(10)
    assert.equal(0, several(20).one)
    assert.equal("open", line("one").state)

    server:get "/set?mode=held&offset=3600000&through=0&others=28"
    local before = server:get("/sent").one
    local found = create(30)
    assert.same({ 2, 28 }, { found.one, found.two })
    assert.equal(before + 2, server:get("/sent").one)
    assert.equal("closed", line("one").state)
    assert.equal(20, several(20).one)
  end)

  it("lose no call of their rates", function()
    start '{ breaker = { failures = 1000, least = 1000, half_life = "30d" } }'
    create(60)
    server:get "/set?mode=refused"
    create(20)
    local one
    -- each worker adds what it has gathered a moment later (a number that is no integer is read as text)
    assert.is_true(support.eventually(function()
      one = line "one"
      return one and tonumber(one.calls) > 79.9
    end))
    assert.equal("closed", one.state)
    assert.is_true(tonumber(one.calls) < 80.001, one.calls)
    assert.is_true(math.abs(tonumber(one.success_rate) - 0.75) < 0.001, one.success_rate)
  end)

  it("show them by health and metrics, and an open breaker takes no worker away", function()
    start(breaker, 'handlers = "shared"')
    server:get "/set?mode=refused"
    several(10)
    assert.equal(5, create(5).two)
    -- of a breaker all is told at once, of rates once the worker has added them
    assert.is_true(support.eventually(function()
      local text = server:get "/metrics"
      return text:find('obol_success_ratio{account="one"', 1, true) ~= nil
        and text:find('obol_success_ratio{account="two"', 1, true) ~= nil
    end))
    local answer = server:get "/health"
    assert.equal("ok", answer.status)
    assert.same({ "one", "payment.create", "open" },
      { answer.accounts[1].account, answer.accounts[1].operation, answer.accounts[1].state })
    local text = server:get "/metrics"
    for _, expected in ipairs { '# TYPE obol_breaker_state gauge',
      'obol_breaker_state{account="one",operation="payment.create"} 2',
      'obol_success_ratio{account="one",operation="payment.create"} 0' } do
      assert(text:find("\n" .. expected .. "\n", 1, true), text)
    end
    local ran = command.obol(folder, { "health", server:url "/health" })
    assert.equal("", ran.err)
    assert.equal(1, ran.status)
    assert.matches("\none%s+payment.create%s+open%s+0.0 %%%s+probes from %d+-%d+-%d+ ", ran.out)
    assert.matches("\ntwo%s+payment.create%s+closed%s+100.0 %%%s+%d+ ms", ran.out)
    ran = command.obol(folder, { "health", "--json", server:url "/health" })
    assert.equal("open", require("cjson").decode(ran.out).accounts[1].state)
  end)

  it("tell how many calls are under way, also where none ends", function()
    start("{}", 'handlers = "shared"')
    local function becomes(count)
      assert.is_true(support.eventually(function() return server:get("/under_way").calls == count end))
    end
    local held = {}
    for place = 1, 4 do held[place] = function() return server:get "/hang" end end
    held[5] = function()
      becomes(4)
      server:get "/set?loose=1"
      becomes(0)
    end
    for _, result in ipairs { require("obol.wait").all((table.unpack or unpack)(held)) } do
      assert.is_true(result[1] == nil or result[1].status == 200)
    end
  end)

  it("let no more through than a limit has room for, give back what came to nothing, and count again what was emptied",
    function()
      start '{ limits = { count = 30, per = "24h" } }'
      server:get "/set?mode=declined"
      for _ = 1, 3 do assert.equal(20, several(20).one, "what came to nothing leaves its room") end
      server:get "/set?mode=fine"
      local before = server:get("/sent").one
      for _ = 1, 3 do several(20) end
      local taken = server:get("/sent").one - before
      assert.is_true(taken <= 30, tostring(taken))
      -- of those that take the last room at once, each may be refused
      for _ = taken + 1, 30 do assert.equal(1, create(1).one) end
      assert.equal(0, several(20).one)
      server:get "/empty"
      assert.equal(0, several(20).one, "the ledger knows them")
    end)
end)

describe("a configuration", function()
  local server
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  it("that names a dict which is not there is not opened", function()
    server = support.start { server = [[
      location = /open { content_by_lua_block {
        local pay, err = require("obol").open { mode = "test", ledger = "memory", dict = "none",
          accounts = { a = { provider = "appwheel", app_id = "1", platform = "Stripe",
            secret = require("obol").secret "s" } } }
        ngx.say(tostring(err))
      } }
      location = /share { content_by_lua_block {
        local pay = assert(require("obol").open { mode = "test", ledger = "memory", dict = "seen",
          accounts = { a = { provider = "appwheel", app_id = "1", platform = "Stripe",
            secret = require("obol").secret "s" } } })
        local ok, err = pay:share "none"
        ngx.say(tostring(ok), " ", tostring(err), " ", tostring(pay:share "seen"))
      } } ]] }
    assert.equal("dict: expected the name of a lua_shared_dict\n", server:get "/open")
    assert.equal("nil name: expected the name of a lua_shared_dict true\n", server:get "/share")
  end)
end)
