-- Numbers, health, the options, and what handlers remember.

local dict = require "obol.shared"
local input = require "obol.nginx.input"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"

describe("metrics", function()
  it("count calls, how long they took, callbacks and alarms, in the text that Prometheus reads", function()
    local at = support.open()
    at.browser().submit(at.link(support.tea "M-1"), "web/wechat_qr")
    at.box:fault("notification", "wrong_amount", { provider = "mincloud" })
    assert(at.box:pay "M-1")
    at.deliver()
    local answer = at.request("metrics", { path = "/metrics" })
    assert.equal(200, answer.status)
    assert(answer.headers["content-type"]:find("version=0.0.4", 1, true))
    local function has(line) assert(answer.body:find("\n" .. line .. "\n", 1, true), line .. "\n" .. answer.body) end
    has '# TYPE obol_calls_total counter'
    has 'obol_calls_total{account="web",operation="payment.create",outcome="accepted"} 1'
    has 'obol_call_seconds_bucket{account="web",operation="payment.create",le="+Inf"} 1'
    has 'obol_call_seconds_count{account="web",operation="payment.create"} 1'
    has '# TYPE obol_call_seconds histogram'
    has 'obol_calls_in_flight{worker="0"} 0'
    has 'obol_alarms_total{account="web",alarm="mismatch"} 1'
    assert(answer.body:find 'obol_callbacks_total{account="web",verdict="%l+"} 1')
    for line in answer.body:gmatch "[^\n]+" do
      assert(line:find "^# %u+ [%l_]+ ." or line:find "^[%l_]+{[^}]*} %-?[%d.e+-]+$", line)
    end
  end)

  it("have their bounds in order, each with all that are below it", function()
    local metrics = require "obol.nginx.metrics"
    local numbers = metrics.new(dict.process(), function() return 3 end)
    for _, ms in ipairs { 1, 60, 60, 700, 99999 } do
      numbers:call("a", "o", "succeeded", ms)
    end
    local found = {}
    for le, count in numbers:text():gmatch 'le="([^"]*)"} (%d+)' do found[#found + 1] = le .. "=" .. count end
    assert.same({ "0.05=1", "0.1=3", "0.25=3", "0.5=3", "1=4", "2.5=4", "5=4", "10=4", "30=4", "+Inf=5" }, found)
    assert(numbers:text():find('obol_calls_in_flight{worker="0"} 3', 1, true))
  end)

  it("gather what is added in the same moment, and add it before they are told", function()
    local metrics, asked = require "obol.nginx.metrics", 0
    local numbers = metrics.new(dict.process(), function() return 0 end, { now = function() return 1 end,
      later = function()
        asked = asked + 1
        return true
      end })
    for _ = 1, 50 do numbers:call("a", "o", "succeeded", 10) end
    assert.equal(1, asked)
    local counter = 'obol_calls_total{account="a",operation="o",outcome="succeeded"} '
    assert(numbers:text():find(counter .. 50, 1, true))
    numbers:call("a", "o", "succeeded", 10)
    assert(numbers:text():find(counter .. 51, 1, true))
  end)

  it("write a label so that it ends where it should", function()
    local metrics = require "obol.nginx.metrics"
    local numbers = metrics.new(dict.process())
    numbers:callback('a"\\\nb', "accepted")
    assert(numbers:text():find('obol_callbacks_total{account="a\\"\\\\ b",verdict="accepted"} 1', 1, true))
  end)

  it("come beside the configuration's own log", function()
    local at = support.open()
    at.browser().submit(at.link(support.tea "M-2"), "web/wechat_qr")
    assert.equal("payment.create", at.records[1].operation)
  end)
end)

describe("health", function()
  it("says whether the ledger answers", function()
    local at = support.open()
    local answer = at.request("health", { path = "/health" })
    assert.equal(200, answer.status)
    local told = obol.json.decode(answer.body)
    assert.same({ "ok", true, 1 }, { told.status, told.reload.ok, told.reload.generation })
    assert.equal('"accounts":[]', answer.body:match '"accounts":%[%]')
    local real = at.pay.payments.get
    at.pay.payments.get = function() return nil, obol.error.new { kind = "storage", message = "x" } end
    assert.equal(503, at.request("health", { path = "/health" }).status)
    at.pay.payments.get = function() error "broken" end
    answer = at.request("health", { path = "/health" })
    assert.equal(503, answer.status)
    assert.is_nil(answer.body:find("broken", 1, true))
    at.pay.payments.get = real
    assert.equal(405, at.request("health", { path = "/health", method = "POST" }).status)
  end)
end)

describe("the health of accounts", function()
  it("is shown by health and metrics, and one that is out of reach leaves the worker well", function()
    local at = support.open()
    at.browser().submit(at.link(support.tea "H-1"), "web/wechat_qr")
    at.box:fault("payment.create", "refuse", { provider = "mincloud", times = 100 })
    for place = 2, 6 do at.browser().submit(at.link(support.tea("H-" .. place)), "web/wechat_qr") end
    local answer = at.request("health", { path = "/health" })
    local found
    for _, one in ipairs(obol.json.decode(answer.body).accounts) do
      if one.account == "web" and one.operation == "payment.create" then found = one end
    end
    assert.same({ 200, "open", "0.1667", 5 }, { answer.status, found.state, found.success_rate, found.failures })
    assert.equal(support.T0 + 10000, found.probes_from_ms)
    local text = at.request("metrics", { path = "/metrics" }).body
    assert(text:find('\nobol_breaker_state{account="web",operation="payment.create"} 2\n', 1, true), text)
    assert(text:find('\nobol_success_ratio{account="web",operation="payment.create"} 0.166667\n', 1, true), text)
    assert(text:find('\n# TYPE obol_latency_seconds gauge\n', 1, true), text)
  end)
end)

describe("a ledger that does not answer", function()
  it("is no order that is not there: every page says so, and nothing is sent", function()
    local at = support.open()
    local browser, url = at.browser(), at.link(support.tea "Y-1")
    local proof = browser.get(url).body:match 'name="form" value="([^"]*)"'
    browser.submit(at.link(support.lights "Y-2"), "cards/checkout")
    local back = assert(at.box:pay "Y-2").redirect
    local sent, real = #at.records, at.pay.payments.get
    at.pay.payments.get = function() return nil, obol.error.new { kind = "storage", message = "x" } end
    local answers = { browser.get(url), browser.post(url, "form=" .. proof .. "&way=web%2Fqq_qr"),
      browser.get(back, "returned"), browser.get((url:gsub("/checkout/", "/status/")), "status") }
    at.pay.payments.get = real
    for place, answer in ipairs(answers) do
      assert.equal(503, answer.status, place)
      assert.is_nil(answer.body:find("<form", 1, true))
    end
    assert.equal(sent, #at.records)
    assert.equal(200, browser.get(url).status)
  end)
end)

describe("a handler that raises", function()
  it("answers 500 and tells nothing of it", function()
    local at = support.open()
    local url = at.link(support.tea "X-1")
    at.pay.payments.get = function() error("secret of the shop") end
    local answer = at.browser().get(url)
    assert.equal(500, answer.status)
    assert.is_nil(answer.body:find("secret", 1, true))
  end)
end)

describe("the options of the handlers", function()
  local at = support.open()

  local function fields(options)
    local all = { url = support.URL, secret = support.SECRET }
    for name, value in pairs(options) do all[name] = value or nil end
    local shop, err = obol.nginx.new(at.pay, all)
    if shop then return {} end
    local found = {}
    for place, one in ipairs(err.fields) do found[place] = one.field end
    return found
  end

  it("are reported all at once", function()
    local _, err = obol.nginx.new(at.pay, { colour = "red", theme = { accent = "blue" } })
    assert.equal("invalid", err.kind)
    local found = {}
    for place, one in ipairs(err.fields) do found[place] = one.field end
    assert.same({ "colour", "secret", "theme.accent", "url" }, found)
  end)

  it("are checked one by one", function()
    assert.same({}, fields {})
    for _, url in ipairs { "http://shop.example/pay", "shop.example", "https://shop.example/?a=1", "ftp://a/", 7 } do
      assert.same({ "url" }, fields { url = url })
    end
    assert.same({}, fields { url = "http://127.0.0.1:8080/pay/" })
    assert.same({ "secret" }, fields { secret = "short" })
    assert.same({}, fields { secret = { support.SECRET, ("t"):rep(40) } })
    assert.same({ "keys" }, fields { keys = { "short" } })
    for _, key in ipairs { support.KEY .. "\n", "two words, as it were", ("k"):rep(513), "schlüssel-der-kasse" } do
      assert.same({ "keys" }, fields { keys = { key } })
      assert.same({ "keys" }, fields { keys = { obol.secret(key) } })
    end
    assert.same({}, fields { keys = { obol.secret(support.KEY) } })
    assert.same({ "dict" }, fields { dict = "nowhere" })
    assert.same({ "numbers" }, fields { numbers = "nowhere" })
    assert.same({ "language" }, fields { language = "fr" })
    assert.same({ "theme.logo" }, fields { theme = { logo = "https://shop.example/logo.png" } })
    assert.same({ "theme.logo" }, fields { theme = { logo = "data:text/html;base64,PGI+" } })
    assert.same({}, fields { theme = { logo = "data:image/png;base64,iVBORw0KGgo=" } })
    assert.same({ "theme.accent" }, fields { theme = { accent = "#12345;}" } })
    assert.same({ "theme.colour" }, fields { theme = { colour = "#123456" } })
    assert.same({ "limits.speed" }, fields { limits = { speed = 1 } })
    assert.same({ "limits.page_each" }, fields { limits = { page_each = 0 } })
    assert.same({ "labels.web" }, fields { labels = { web = { fr = "x" } } })
    assert.same({ "clock" }, fields { clock = 7 })
  end)

  it("have text on a coloured ground that can be read", function()
    local style = require "obol.nginx.page.style"
    assert.equal("#ffffff", style.on "#1f4fd1")
    assert.equal("#000000", style.on "#ffd400")
    assert.equal("#ffffff", style.on "#000000")
    assert.equal("#000000", style.on "#ffffff")
  end)

  it("are a table, over a client", function()
    assert.has_error(function() obol.nginx.new(at.pay) end)
    assert.has_error(function() obol.nginx.new(nil, {}) end)
    assert.has_error(function() at.shop.answer("nothing", {}) end)
  end)
end)

describe("what handlers remember", function()
  local now = 0
  local kept = dict.process(function() return now end)

  it("ends with its time", function()
    assert.is_true(kept:add("a", 1, 10))
    assert.is_false((kept:add("a", 2, 10)))
    assert.equal(1, kept:get "a")
    now = now + 10000
    assert.is_nil(kept:get "a")
    assert.is_true(kept:add("a", 3, 10))
    kept:delete "a"
    assert.is_nil(kept:get "a")
    assert.equal(2, kept:incr("b", 2, 0, 5))
    assert.equal(5, kept:incr("b", 3, 0, 5))
    now = now + 5000
    assert.equal(1, kept:incr("b", 1, 0, 5))
  end)

  it("is bounded, whoever sends", function()
    for index = 1, 50000 do kept:incr("rate/" .. index, 1, 0, 60) end
    assert(#kept:get_keys() <= 20000)
  end)

  it("allows so many in each window", function()
    local fine = 0
    for _ = 1, 10 do if dict.allow(kept, "x", 4, 60, 120000) then fine = fine + 1 end end
    assert.equal(4, fine)
    assert.is_true(dict.allow(kept, "x", 4, 60, 180000))
  end)
end)

describe("reading a request", function()
  local function request(headers) return { headers = headers, path = "/" } end
  local known = { en = true, zh = true }

  it("takes the language that is wanted most", function()
    local function language(text) return input.language(request { ["accept-language"] = text }, known, "en") end
    assert.equal("zh", language "zh-CN")
    assert.equal("zh", language "fr-FR, zh-TW;q=0.5, en;q=0.4")
    assert.equal("en", language "fr")
    assert.equal("en", language(nil))
    assert.equal("en", language "zh;q=0")
    assert.equal("en", language(("zh,"):rep(1000)))
    assert.equal("en", language ";;;=,,q=")
  end)

  it("takes a cookie of our form alone", function()
    local function cookie(text) return input.cookie(request { cookie = text }, "obol_form") end
    assert.equal("abc", cookie "a=1; obol_form=abc; b=2")
    assert.equal("abc", cookie { "a=1", "obol_form=abc" })
    assert.is_nil(cookie "xobol_form=abc")
    assert.is_nil(cookie "obol_form=<b>")
    assert.is_nil(cookie(nil))
    assert.is_nil(cookie("obol_form=abc;" .. (" "):rep(20000)))
  end)

  it("takes a media type without its parameters", function()
    local long = request { ["content-type"] = " Application/JSON ; charset=utf-8" }
    assert.equal("application/json", input.media_type(long))
    assert.equal("", input.media_type(request {}))
    assert.equal("", input.media_type(request { ["content-type"] = { "a/b", "c/d" } }))
  end)
end)
