local json = require "obol.json"
local net = require "spec.net.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

local PROVIDER = [[
return obol.provider.define {
  name = "fig", title = "Fig", base_url = "https://fig.example", code_at = "code",
  config = { { "merchant", "text", required = true } },
  operations = {
    ["payment.create"] = { "POST /%s", effect = "offer", found_by = "nothing", repeat_safe = true,
      request = { { "order_id", "order", "text", required = true } }, reply = { { "provider_id", "id", "text" } },
      outcomes = { ["0"] = "succeeded" } },
  },
}
]]

local RULES = 'return {\n  { to = "%s", when = function(p) return not (p.order_id or "x"):find "^none" end },\n'
  .. '  expect = { { payment = {}, to = "%s" } },\n}\n'

-- Workers whose scripts change while they take payments.
describe("scripts that change under nginx", function()
  local folder, server

  local function write(name, text)
    -- put there whole, as a deployment does
    local file = assert(io.open(folder .. "/new", "w"))
    assert(file:write(text))
    file:close()
    assert(os.rename(folder .. "/new", folder .. "/" .. name))
  end

  local function rules(to) write("routes.lua", RULES:format(to, to)) end

  before_each(function()
    folder = net.folder()
    rules "one"
    write("fig.lua", PROVIDER:format "v1")
  end)
  after_each(function()
    if server then server:stop() end
    server = nil
    net.remove(folder)
  end)

  local function start(reload, main)
    server = support.start {
      workers = 2,
      http = ([[
        keepalive_timeout 0;
        init_by_lua_block { package.loaded["spec.nginx.scripts"] = { folder = "%s", reload = %s }
          require "spec.nginx.scripted" }
        init_worker_by_lua_block { require("spec.nginx.scripted").shop.start() }]]):format(folder, reload),
      main = main,
      server = [[
        location = /create { content_by_lua_block { require("spec.nginx.scripted").create() } }
        location = /reload { content_by_lua_block { require("spec.nginx.scripted").reload() } }
        location = /health { content_by_lua_block { ngx.header["x-pid"] = ngx.worker.pid()
          require("spec.nginx.scripted").shop.health() } } ]],
    }
  end

  local answers -- of all payments of a case

  -- Payments, several at once: every one has to succeed. Answers the accounts of the last wave, by worker.
  local function wave()
    local seen = {}
    for _, answer in ipairs(server:get_at_once("/create", 8)) do
      assert.equal("succeeded", answer.status, json.encode(answer))
      answers = answers + 1
      seen[tostring(answer.pid)] = answer.account .. " " .. answer.provider_id
    end
    return seen
  end

  -- Until both workers answer `wanted` ("account address").
  local function becomes(wanted)
    local seen
    local fine = support.eventually(function()
      local count = 0
      seen = wave()
      for _, found in pairs(seen) do count = count + (found == wanted and 1 or -10) end
      return count == 2
    end)
    assert.is_true(fine, not fine and wanted .. " is " .. json.encode(seen) .. "\n" .. server:log())
  end

  local transport = assert(wait.transport { timeout_ms = 60000 })

  -- What health says, by worker, once both were asked.
  local function health()
    local found, count = {}, 0
    assert.is_true(support.eventually(function()
      local reply = assert(transport.send { url = server:url "/health" })
      assert.equal(200, reply.status)
      local pid = reply.headers["x-pid"]
      if not found[pid] then count = count + 1 end
      found[pid] = json.decode(reply.body)
      return count == 2
    end))
    local list = {}
    for _, said in pairs(found) do list[#list + 1] = said end
    return list
  end

  -- Until the health of both workers satisfies check(said).
  local function both(check)
    local last
    local fine = support.eventually(function()
      last = health()
      return check(last[1].reload) and check(last[2].reload)
    end)
    assert.is_true(fine, not fine and json.encode(last))
    return last
  end

  before_each(function() answers = 0 end)

  it("are taken up by every worker while payments go on; bad ones are not, and health says why", function()
    start "{ every_s = 0.2 }"
    becomes "one https://fig.example/v1"
    rules "two"
    becomes "two https://fig.example/v1"
    write("routes.lua", 'return {\n  { to = "two" },\n  { to = "three" },\n}\n')
    local said = both(function(reload) return not reload.ok end)
    for _, one in ipairs(said) do
      assert.equal("ok", one.status)
      assert.equal("routes[2].to", one.reload.fields[1].field)
      assert.truthy(one.reload.error:find(folder .. "/routes.lua:3: expected a configured account", 1, true))
    end
    becomes "two https://fig.example/v1"
    rules "one"
    write("fig.lua", PROVIDER:format "v2")
    becomes "one https://fig.example/v2"
    both(function(reload) return reload.ok and reload.error == nil end)
    assert.is_true(answers > 32)
    -- once for each worker, not at every look
    local count = select(2, server:log():gsub("what was there stays", ""))
    assert.equal(2, count, server:log())
    local code = server:stop()
    server = nil
    assert.equal(0, code)
  end)

  it("reach all workers when one of them is told to", function()
    start "{ every_s = 0.2, watch = false }"
    becomes "one https://fig.example/v1"
    rules "two"
    for _ = 1, 5 do wave() end
    becomes "one https://fig.example/v1"
    assert.is_true(server:get("/reload").ok)
    becomes "two https://fig.example/v1"
    write("routes.lua", "return {")
    local answer = server:get "/reload"
    assert.is_false(answer.ok)
    assert.truthy(answer.error:find("/routes.lua:1: ", 1, true), answer.error)
    becomes "two https://fig.example/v1"
    rules "one"
    -- the other worker, which never tried the bad one, and the one that did
    assert.is_true(server:get("/reload").ok)
    becomes "one https://fig.example/v1"
    both(function(reload) return reload.ok end)
  end)

  it("reach a worker that takes the place of one that died", function()
    start "{ every_s = 0.2, watch = false }"
    rules "two"
    assert.is_true(server:get("/reload").ok)
    becomes "two https://fig.example/v1"
    local before = server:workers()
    os.execute("kill -9 " .. before[1])
    assert.is_true(support.eventually(function()
      local now = server:workers()
      return #now == 2 and now[1] ~= before[1] and now[2] ~= before[1]
    end))
    becomes "two https://fig.example/v1"
  end)

  it("are left alone where nothing looks", function()
    start "false"
    rules "two"
    for _ = 1, 5 do
      for _, found in pairs(wave()) do assert.equal("one https://fig.example/v1", found) end
    end
    server:signal "QUIT"
    assert.is_true(support.eventually(function() return server:log():find("exited with code 0", 1, true) ~= nil end))
  end)
end)

describe("the option `reload`", function()
  it("is a table of every_s and watch, or false", function()
    local options = require "obol.nginx.options"
    local function check(value)
      return options.check { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), reload = value }
    end
    for _, case in ipairs { { 5, "reload" }, { { every_s = 0 }, "reload.every_s" },
      { { every_s = "5" }, "reload.every_s" }, { { watch = 1 }, "reload.watch" }, { { often = 1 }, "reload.often" } } do
      local settings, err = check(case[1])
      assert.is_nil(settings)
      assert.equal(case[2], err.fields[1].field)
    end
    assert.is_nil(check(false).reload)
    assert.same({ every_s = 5, watch = false }, check(nil).reload)
    assert.same({ every_s = 5, watch = true }, check({}).reload)
    assert.same({ every_s = 1, watch = false }, check({ every_s = 1, watch = false }).reload)
  end)
end)
