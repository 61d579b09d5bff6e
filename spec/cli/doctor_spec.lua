-- obol doctor, against the sandbox behind HTTP.

local cjson = require "cjson"
local support = require "spec.cli.support"

describe("obol doctor", function()
  local folder, server, found, environment

  setup(function()
    folder = support.folder()
    server, found, environment = support.sandbox()
    support.write(folder .. "/good.lua", ([[return { mode = "test", ledger = "memory", accounts = {
      subs = { provider = "appwheel", app_id = %q, base_url = %q, secret = secret.env "SPEC_SECRET" } } }]])
      :format(found.app_id, found.base_url))
    support.write(folder .. "/obol.lua", support.configuration(found))
  end)

  teardown(function()
    server:stop()
    support.remove(folder)
  end)

  local function doctor(...)
    return support.quiet(folder, { "doctor", ... }, environment)
  end

  local function checks(ran, name)
    local list = {}
    for _, check in ipairs(cjson.decode(ran.out).checks) do
      if check.name == name then list[#list + 1] = check end
    end
    return list
  end

  it("finds nothing wrong with a good configuration", function()
    local ran = doctor("--config", "good.lua", "--json")
    assert.equal(0, ran.status)
    assert.is_true(cjson.decode(ran.out).ok)
    local seen = ""
    for _, check in ipairs(checks(ran, "subs")) do
      assert.is_not.equal("fail", check.status)
      seen = seen .. check.detail .. "\n"
    end
    assert.truthy(seen:find("answers a signed call", 1, true))
    assert.truthy(seen:find("the clock agrees", 1, true))
    assert.truthy(checks(ran, "versions")[1].detail:find("libcurl", 1, true))
    assert.equal("warn", checks(ran, "ledger")[1].status)
  end)

  it("loads the flows too", function()
    support.write(folder .. "/flow.lua", "return obol.flow('a b', function() end)")
    support.write(folder .. "/flowing.lua", (support.read(folder .. "/good.lua"):gsub("accounts =",
      'flows = { "flow.lua" }, %0')))
    local ran = doctor("--config", "flowing.lua", "--json")
    assert.equal(1, ran.status)
    assert.matches("^flows%[1%]: .*flow.lua:1: expected a flow's name", checks(ran, "configuration")[1].detail)
  end)

  it("prints a line each, with what to do", function()
    local ran = doctor("--config", "good.lua")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "\nok    configuration  good%.lua: 1 account, mode test\n")
    assert.truthy(ran.out:find "\nwarn  ledger  ")
    assert.truthy(ran.out:find "\nnothing failed\n$")
  end)

  it("tells a refused secret from an address where nobody answers", function()
    local ran = doctor("--json")
    assert.equal(1, ran.status)
    assert.is_false(cjson.decode(ran.out).ok)
    local function failed(name)
      for _, check in ipairs(checks(ran, name)) do
        if check.status == "fail" then return check end
      end
    end
    assert.truthy(failed("wrong").detail:find("HTTP 401", 1, true))
    assert.truthy(failed("wrong").advice:find("credentials", 1, true))
    assert.truthy(failed("away").detail:find("127.0.0.1:1", 1, true))
    assert.truthy(failed("away").advice)
    assert.is_nil(failed("subs"))
  end)

  it("sends nothing when it is told not to", function()
    local ran = doctor("--offline", "--json")
    assert.equal(0, ran.status)
    -- the keys' form, the word on plain http and that on the key of notifications
    assert.equal(3, #checks(ran, "wrong"))
  end)

  it("reports every mistake of a configuration, with what to do", function()
    support.write(folder .. "/bad.lua", [[return { mode = "tset", ledger = "memory", accounts = {
      subs = { provider = "appwheel", app_id = "1", secret = secret.env "OBOL_SPEC_NOT_SET", bas_url = "x" } } }]])
    local ran = doctor("--config", "bad.lua", "--json")
    assert.equal(1, ran.status)
    local text = {}
    for _, check in ipairs(checks(ran, "configuration")) do
      assert.equal("fail", check.status)
      text[#text + 1] = check.detail
      if check.detail:find("OBOL_SPEC_NOT_SET", 1, true) then assert.truthy(check.advice) end
    end
    text = table.concat(text, "\n")
    for _, what in ipairs { "mode: ", "accounts.subs.secret: ", "accounts.subs.bas_url: " } do
      assert.truthy(text:find(what, 1, true), what)
    end
  end)

  it("reports what is wrong with a file of flows", function()
    support.write(folder .. "/flows.lua", "return {\n  nothing(),\n}\n")
    support.write(folder .. "/flowing.lua", ([[return { mode = "test", ledger = "memory", flows = { "flows.lua" },
      accounts = { subs = { provider = "appwheel", app_id = %q, secret = secret.env "SPEC_SECRET" } } }]])
      :format(found.app_id))
    local ran = doctor("--config", "flowing.lua", "--offline")
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find("flows.lua:2:", 1, true), ran.out)
  end)

  it("says where it looked when there is no configuration", function()
    local ran = doctor("--config", "nowhere.lua")
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find "fail  configuration  nowhere%.lua")
    assert.truthy(ran.out:find("--config", 1, true))
  end)

  it("tells how far off the clock is", function()
    local transport = assert(require("obol.wait").transport {})
    local function advance(ms)
      assert.equal(200, assert(transport.send { method = "POST", url = server.url .. "/_sandbox/advance",
        headers = { ["content-type"] = "application/json" }, body = ('{"ms":%d}'):format(ms) }).status)
    end
    advance(60000)
    local ran = doctor("--config", "good.lua")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find "\nwarn  subs  the clock is [56]%d%.%d s slow\n")
    advance(3600000)
    ran = doctor("--config", "good.lua")
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find "\nfail  subs  the clock is 36[56]%d%.%d s slow\n")
    assert.truthy(ran.out:find("chrony", 1, true))
  end)

  it("tells of a certificate that nobody vouches for, and of one that is trusted", function()
    os.execute(("cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 "
      .. "-subj /CN=spec -addext subjectAltName=IP:127.0.0.1 2>/dev/null"):format(folder))
    local pipe = assert(io.popen(("echo $$; cd %s; exec timeout 100 openssl s_server -accept 127.0.0.1:0 -key key.pem "
      .. "-cert cert.pem -www </dev/null 2>/dev/null"):format(folder)))
    local pid = pipe:read "*l"
    local port
    for line in pipe:lines() do
      port = line:match "^ACCEPT .*:(%d+)$"
      if port then break end
    end
    local text = [[return { mode = "test", ledger = "memory", %s accounts = {
      subs = { provider = "appwheel", app_id = "1", base_url = "https://127.0.0.1:%s/",
        secret = secret.env "SPEC_SECRET" } } }]]
    support.write(folder .. "/tls.lua", text:format("", port))
    support.write(folder .. "/trusted.lua", text:format('transport = { ca_file = "cert.pem" },', port))
    local refused, trusted = doctor("--config", "tls.lua"), doctor("--config", "trusted.lua")
    os.execute("kill " .. pid)
    pipe:close()
    assert.equal(1, refused.status)
    assert.truthy(refused.out:find("certificate is not trusted", 1, true))
    assert.truthy(refused.out:find("ca_file", 1, true))
    assert.truthy(trusted.out:find("TLS verified", 1, true))
    assert.truthy(trusted.out:find("not as the provider does", 1, true))
  end)

  it("tells a server that is none of the provider's", function()
    support.write(folder .. "/other.lua", ([[return { mode = "test", ledger = "memory", accounts = {
      subs = { provider = "appwheel", app_id = "1", base_url = %q, secret = secret.env "SPEC_SECRET" } } }]])
      :format(server.url .. "/nowhere"))
    local ran = doctor("--config", "other.lua")
    assert.equal(1, ran.status)
    assert.truthy(ran.out:find("HTTP 404", 1, true))
  end)

  it("opens the API's address where the provider calls it otherwise", function()
    support.write(folder .. "/games.lua", ([[return { mode = "test", ledger = "memory", accounts = {
      games = { provider = "fourmetas", api_base = %q, pay_base = "https://pay.example", game_id = 22 },
      } }]]):format(server.url .. "/fourmetas"))
    local ran = doctor("--config", "games.lua")
    assert.equal(0, ran.status)
    assert.truthy(ran.out:find("games  " .. server.url .. " answers (", 1, true))
    assert.truthy(ran.out:find("games  " .. server.url .. " is plain http", 1, true))
  end)
end)
