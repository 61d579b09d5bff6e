-- The controls over HTTP under /_sandbox/, asked rightly and wrongly (no server is needed for it).

local cjson = require "cjson"
local http = require "obol.sandbox.http"
local support = dofile "spec/sandbox/support.lua"

describe("the sandbox's controls", function()
  local app
  before_each(function()
    app = support.open()
    app.user("u1")
  end)

  local function ask(method, name, fields)
    local body = fields and (type(fields) == "string" and fields or cjson.encode(fields)) or ""
    local reply = http.serve(app.box, { method = method, target = "/_sandbox/" .. name, headers = {}, body = body })
    return reply.status, cjson.decode(reply.body)
  end

  it("gives addresses and credentials in the configuration's words", function()
    local status, accounts = ask("GET", "accounts")
    assert.equal(200, status)
    assert.same(app.box:accounts(), accounts)
    local names = {}
    for name, value in pairs(accounts.appwheel) do
      assert.equal("string", type(value))
      names[#names + 1] = name
    end
    table.sort(names)
    assert.same({ "app_id", "base_url", "platform", "secret", "webhook_secret" }, names)
    assert.equal("https://sandbox.invalid/appwheel", accounts.appwheel.base_url)
  end)

  it("gives the same as variables of a shell", function()
    local reply = http.serve(app.box, { method = "GET", target = "/_sandbox/env", headers = {}, body = "" })
    assert.equal(200, reply.status)
    assert.equal("text/plain; charset=utf-8", reply.headers["content-type"])
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(reply.body, 'printf "%s|%s|%s|%s" "$APPWHEEL_SECRET" "$FOURMETAS_GAME_ID" '
      .. '"$RUXPAY_AUTH_MODE" "$FOURMETAS_RSA_KEY"')
    file:close()
    local pipe = assert(io.popen("sh " .. path))
    local seen = pipe:read "*a"
    pipe:close()
    os.remove(path)
    assert.equal(("%s|22|basic|%s"):format(support.SECRET, app.box:accounts().fourmetas.rsa.key:gsub("\n$", "")), seen)
  end)

  it("writes a quote so that it ends no word of the shell", function()
    local text = require("obol.sandbox.environment").text { a = { b = "it's; rm", list = { "x" }, d = { e = 2 ^ 40 } } }
    assert.equal("export A_B='it'\\''s; rm'\nexport A_D_E='1099511627776'\n", text)
  end)

  it("pays, declines, goes back and refunds", function()
    local url = app.buy().data.checkoutUrl
    assert.equal(200, (ask("POST", "decline", { reference = url })))
    local status, paid = ask("POST", "pay", { reference = url, card = "4000000000000002" })
    assert.same({ 402, "declined" }, { status, paid.error.kind })
    status, paid = ask("POST", "pay", { reference = url })
    assert.equal(200, status)
    assert.truthy(paid.subscription:find("^sub_"))
    status, paid = ask("POST", "pay", { reference = url })
    assert.same({ 409, "conflict" }, { status, paid.error.kind })
    local refunded
    status, refunded = ask("POST", "refund", { reference = app.box:books().appwheel.subscriptions[1].id, amount = 100 })
    assert.same({ 200, 100 }, { status, refunded.amount })
    url = app.buy{ productId = "price_sprint_3days" }.data.checkoutUrl
    status, paid = ask("POST", "back_out", { reference = url })
    assert.same({ 200, "https://shop.example/no" }, { status, paid.redirect })
    status, paid = ask("POST", "pay", { reference = url })
    assert.same({ 404, "205006" }, { status, paid.error.code })
  end)

  it("takes no address for callbacks that could add lines to a request", function()
    for _, url in ipairs{ "http://127.0.0.1/\r\nX: 1", "http://127.0.0.1/a b", "http://127.0.0.1/\0", "/notify", "" } do
      local status, answer = ask("POST", "webhook", { url = url })
      assert.same({ 400, "url: expected an absolute address in printable ASCII" }, { status, answer.error.message })
      assert.is_false((pcall(app.box.set_webhook_url, app.box, url)))
      assert.is_false((pcall(require("obol.sandbox").new, { webhook_url = url })))
      assert.is_nil(app.box.webhooks.url)
    end
    assert.equal(200, (ask("POST", "webhook", { url = "http://127.0.0.1:9/hook?x=1" })))
    assert.equal("http://127.0.0.1:9/hook?x=1", app.box.webhooks.url)
  end)

  it("moves the clock", function()
    local status, clock = ask("GET", "clock")
    assert.same({ 200, support.T0, support.T0 }, { status, clock.now_ms, clock.wall_ms })
    status, clock = ask("POST", "advance", { ms = 1000 })
    assert.same({ 200, support.T0 + 1000, support.T0 }, { status, clock.now_ms, clock.wall_ms })
    assert.equal(400, (ask("POST", "advance", { ms = -1 })))
    assert.equal(400, (ask("POST", "advance", { ms = 1.5 })))
    assert.equal(400, (ask("POST", "advance", { ms = "1" })))
  end)

  it("arms faults, and says what is wrong with one", function()
    assert.equal(200, (ask("POST", "fault", { operation = "product.list", kind = "status_503" })))
    assert.equal(503, (app.raw("GET", "/v1/purchase/skus")).status)
    for _, wrong in ipairs{ { operation = "product.lis", kind = "slow" }, { operation = "product.list" }, {},
      { operation = "product.list", kind = "slow", wait = 3 } } do
      local status, answer = ask("POST", "fault", wrong)
      assert.equal(400, status)
      assert.truthy(answer.error.message:find("^%l+: "), answer.error.message)
    end
  end)

  it("hands over callbacks where no address was given, and shows what became of them", function()
    app.bought()
    local status, out = ask("POST", "deliver")
    assert.same({ 200, 3 }, { status, #out.delivered })
    assert.truthy(out.delivered[1].headers["stripe-signature"])
    status, out = ask("GET", "deliveries")
    assert.same({ 200, 3, "delivered" }, { status, #out.deliveries, out.deliveries[1].status })
  end)

  it("sets the address of callbacks, shows books, fails cards and resets", function()
    assert.equal(200, (ask("POST", "webhook", { url = "http://127.0.0.1:1/x", test = true })))
    assert.equal("http://127.0.0.1:1/x", app.box.webhooks.url)
    assert.equal(1, #app.box:deliveries())
    app.bought()
    assert.equal(200, (ask("POST", "fail_card", { customer = "u1" })))
    assert.equal(404, (ask("POST", "fail_card", { customer = "x" })))
    local _, books = ask("GET", "books")
    assert.is_true(books.appwheel.users[1].failing)
    assert.equal(999, books.appwheel.invoices[1].amount)
    assert.equal(200, (ask("POST", "reset")))
    _, books = ask("GET", "books")
    assert.same({}, books.appwheel.users)
  end)

  it("says which members it takes", function()
    local _, answer = ask("POST", "pay", { url = "https://sandbox.invalid/" })
    assert.equal("url: unknown, expected card, provider, reference", answer.error.message)
    _, answer = ask("POST", "reset", { all = true })
    assert.equal("all: unknown, expected no words", answer.error.message)
  end)

  it("refuses unknown paths, methods, members and broken bodies", function()
    assert.equal(404, (ask("GET", "nothing")))
    assert.equal(405, (ask("GET", "pay")))
    assert.equal(405, (ask("POST", "accounts", {})))
    assert.equal(400, (ask("POST", "pay", "{")))
    assert.equal(400, (ask("POST", "pay", "[1]")))
    assert.equal(400, (ask("POST", "pay", {})))
    assert.equal(400, (ask("POST", "pay", { reference = 1 })))
    assert.equal(400, (ask("POST", "pay", { reference = "x", hurry = true })))
    assert.equal(404, (ask("POST", "pay", { reference = "x" })))
  end)
end)
