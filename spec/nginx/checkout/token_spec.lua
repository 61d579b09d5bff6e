-- What a browser holds: sealed by us, read by us, changed by nobody.

local json = require "obol.json"
local obol = require "obol"
local support = require "spec.nginx.checkout.support"
local token = require "obol.nginx.token"

local SECRET, OTHER = obol.secret(("a"):rep(32)), obol.secret(("b"):rep(32))
local DEEP = '{"a":{"b":{"c":{"d":{"e":[[],{},[1,"x"]]}}}}}'
local content = { order = "A-1", amount = "19.99", currency = "CNY", ends = 1700000000000 }

describe("a token of the checkout", function()
  local sealer = token.new { SECRET }

  it("gives back what was sealed, in letters that an address can hold", function()
    local sealed = assert(sealer:seal("checkout", content))
    assert.is_nil(sealed:find("[^%w_-]"))
    assert.same(content, sealer:open("checkout", sealed))
  end)

  it("shows nothing of what it holds", function()
    local sealed = sealer:seal("checkout", content)
    local bytes = obol.crypto.unbase64((sealed:gsub("[-_]", { ["-"] = "+", ["_"] = "/" })) .. ("="):rep(-#sealed % 4))
    assert.is_nil(bytes:find("A-1", 1, true))
    assert.is_nil(bytes:find("19.99", 1, true))
  end)

  it("cannot be changed in any of its characters", function()
    local sealed = sealer:seal("checkout", content)
    for place = 1, #sealed do
      local other = sealed:sub(place, place) == "A" and "B" or "A"
      assert.is_nil(sealer:open("checkout", sealed:sub(1, place - 1) .. other .. sealed:sub(place + 1)))
    end
  end)

  it("cannot be shortened, lengthened, or put together from two", function()
    local first = sealer:seal("checkout", content)
    local second = sealer:seal("checkout", { order = "A-2", amount = "0.01", currency = "CNY", ends = content.ends })
    for cut = 0, #first - 1, 7 do assert.is_nil(sealer:open("checkout", first:sub(1, cut))) end
    assert.is_nil(sealer:open("checkout", first .. "AAAA"))
    assert.is_nil(sealer:open("checkout", first:sub(1, 40) .. second:sub(41)))
  end)

  it("opens for its use alone, and with its own secret", function()
    local sealed = sealer:seal("return", content)
    assert.is_nil(sealer:open("checkout", sealed))
    assert.is_nil(token.new({ OTHER }):open("return", sealed))
    assert.same(content, token.new({ OTHER, SECRET }):open("return", sealed))
  end)

  it("has a nonce of its own for each content", function()
    local first = sealer:seal("checkout", content)
    local second = sealer:seal("checkout", { order = "A-2" })
    local third = sealer:seal("return", content)
    assert.not_equal(first:sub(1, 16), second:sub(1, 16))
    assert.not_equal(first:sub(1, 16), third:sub(1, 16))
  end)

  it("is nothing for what is no token", function()
    for _, wrong in ipairs { "", "A", "....", ("A"):rep(7000), "a b", "%41", "\0", 7 } do
      assert.is_nil(sealer:open("checkout", wrong))
    end
    assert.is_nil(sealer:open("checkout", nil))
  end)

  it("holds no more than an address can", function()
    assert.is_nil(sealer:seal("checkout", { order = ("x"):rep(8000) }))
  end)
end)

describe("the proof of a form", function()
  local sealer = token.new { SECRET }

  it("holds for its page and its browser alone", function()
    local proof = sealer:proof("token", "cookie")
    assert.is_true(sealer:proves("token", "cookie", proof))
    assert.is_false(sealer:proves("other", "cookie", proof))
    assert.is_false(sealer:proves("token", "cookiE", proof))
    assert.is_false(sealer:proves("token", "cookie", proof:sub(1, -2)))
    assert.is_false(sealer:proves("token", nil, proof))
    assert.is_false(sealer:proves("token", "cookie", nil))
    assert.is_false(token.new({ OTHER }):proves("token", "cookie", proof))
    assert.is_true(token.new({ OTHER, SECRET }):proves("token", "cookie", proof))
  end)

  it("needs a cookie that nobody can guess", function()
    local first, second = token.random(), token.random()
    assert.equal(24, #first)
    assert.not_equal(first, second)
  end)
end)

describe("a checkout's link", function()
  local at = support.open()

  local function refused(order, checkout)
    local made, err = at.shop.link(order, checkout)
    assert.is_nil(made)
    return err
  end

  it("is the address of a page, with the time at which it ends", function()
    local made = assert(at.shop.link(support.tea "T-1", { expires_s = 60 }))
    assert.equal(support.URL .. "/checkout/" .. made.token, made.url)
    assert.equal(support.T0 + 60000, made.ends)
  end)

  it("needs an order, an amount and nothing that is not known", function()
    assert.equal("order_id", refused(support.tea("")).field)
    assert.equal("order_id", refused(support.tea("a\nb")).field)
    assert.equal("amount", refused(support.tea("T-2", { amount = 19.99 })).field)
    assert.equal("amount", refused(support.tea("T-2", { amount = "0.00" })).field)
    assert.equal("amount", refused(support.tea("T-2", { amount = "-1.00" })).field)
    assert.equal("amount", refused(support.tea("T-2", { amount = "1.001" })).field)
    assert.equal("checkout.expires_s", refused(support.tea "T-2", { expires_s = 0 }).field)
    assert.equal("checkout.colour", refused(support.tea "T-2", { colour = "red" }).field)
    assert.equal("checkout.methods", refused(support.tea "T-2", { methods = {} }).field)
    assert.equal("checkout.payer_token", refused(support.tea "T-2", { payer_token = 7 }).field)
    assert.equal("checkout.language", refused(support.tea "T-2", { language = "fr" }).field)
    assert.equal("card", refused(support.tea("T-2", { card = { number = "4242" } })).field)
  end)

  it("holds the whole order, or is refused with the place of what it cannot hold", function()
    local price = obol.money("8.88", "USD")
    local url = at.link(support.lights("T-7", { items = { { product_id = "price_lifetime", name = "tea lights",
      price = price, quantity = 1, sku = "123" } } }))
    assert.equal(303, at.browser().submit(url, "cards/checkout").status)
    local sent
    local deep = support.open(nil, nil, function(config)
      local inner = config.transport
      config.transport = { send = function(request, options)
        sent = tostring(request.body)
        return inner.send(request, options)
      end }
    end)
    url = deep.link(support.tea("T-8", { extra = { mincloud = { snapshot = json.decode(DEEP) } } }))
    assert.equal(303, deep.browser().submit(url, "web/wechat_qr").status)
    assert(sent:find(DEEP:sub(2, -2), 1, true), sent)
    local circle = {}
    circle.circle = circle
    local strange = { ["customer.id"] = { id = obol.secret "u-7" }, ["customer.more"] = { more = print } }
    for place, customer in pairs(strange) do
      assert.equal(place, refused(support.tea("T-9", { customer = customer })).field)
    end
    assert.equal("invalid", refused(support.tea("T-9", { customer = circle })).kind)
  end)

  it("takes no address that would run something", function()
    for _, url in ipairs { "javascript:alert(1)", "data:text/html,x", "JavaScript:x", "https://a\r\nb", "paid", "" } do
      assert.equal("return_url", refused(support.tea("T-3", { return_url = url })).field)
    end
    assert(at.shop.link(support.tea("T-3", { return_url = "game://paid" })))
  end)

  it("is refused where no account can take the order, with each reason", function()
    local err = refused(support.tea("T-4", { currency = "JPY", amount = "8", description = false }))
    assert.equal("unsupported", err.kind)
    local accounts = {}
    for _, one in ipairs(err.fields) do accounts[#accounts + 1] = one.field end
    assert.same({ "cards", "games", "subs", "web" }, accounts)
  end)

  it("is refused with what stands against the ways that a page offers, not with what no link may hold", function()
    local err = refused(support.tea("T-10", { colour = "red" }))
    local said = {}
    for _, one in ipairs(err.fields) do said[one.field] = one.message end
    assert.equal("colour: expected a known name", said.web)
    assert.equal("the provider does not take this currency", said.games)
    assert.is_nil(tostring(err):find("card.number", 1, true))
    said = refused(support.tea "T-10", { methods = { "card" }, account = "cards" }).fields
    assert.same({ { field = "cards", message = "none of its methods can be chosen on a page" } }, said)
  end)

  it("is refused where the order is recorded with another amount", function()
    at.browser().submit(at.link(support.tea "T-6"), "web/wechat_qr")
    local err = refused(support.tea("T-6", { amount = "1.00" }))
    assert.equal("conflict", err.kind)
    assert(at.shop.link(support.tea "T-6"))
  end)

  it("is refused where the order is longer than an address can be", function()
    local extra = { mincloud = { snapshot = { a = ("x"):rep(6000) } } }
    assert.equal("invalid", refused(support.tea("T-5", { extra = extra })).kind)
  end)
end)
