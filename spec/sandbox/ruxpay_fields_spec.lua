-- Every field of RuxPay's requests against the sheet's table: needed or not, how long it may be.

local cjson = require "cjson"
local support = dofile "spec/sandbox/ruxpay_support.lua"

local ADDRESS = { country = "CA", firstName = "Gross", lastName = "Schmidt", email = "k@shop.example", phone = "1",
  state = "Quebec", city = "Longueuil", address = "1 rue", zipCode = "J4H", streetNumber = "1", document = "1" }

local function copy(value)
  if type(value) ~= "table" then return value end
  local out = {}
  for key, member in pairs(value) do out[key] = copy(member) end
  return out
end

-- What a path such as `productInfos.1.sku` names in a request, set to `value`.
local function set(request, path, value)
  local at, names = request, {}
  for name in path:gmatch("[^.]+") do names[#names + 1] = tonumber(name) or name end
  for i = 1, #names - 1 do at = at[names[i]] end
  at[names[#names]] = value
end

-- Paths and what each may hold at most, by the sheet: characters.
local texts = {
  transactionId = 128, orderId = 128, transactionIp = 128, domain = 128, ["productInfos.1.productName"] = 128,
  ["productInfos.1.sku"] = 128, ["productInfos.1.productLink"] = 255, ["card.cardholder"] = 128,
}
for _, place in ipairs{ "billingAddress", "shippingAddress" } do
  for name, most in pairs{ firstName = 64, lastName = 64, email = 255, phone = 32, state = 128, city = 128,
    address = 255, streetNumber = 255, zipCode = 64, document = 64 } do
    texts[place .. "." .. name] = most
  end
end

local needed = { "transactionId", "orderId", "currency", "amount", "transactionIp", "appId", "callbackUrl",
  "notificationUrl", "productInfos", "card", "extension", "billingAddress", "card.cardNumber", "card.expiredYear",
  "card.expiredMonth", "card.cardholder", "card.cvv", "extension.subscriptionCycle", "extension.subscriptionPeriod",
  "productInfos.1.productName", "productInfos.1.price", "productInfos.1.quantity", "billingAddress.country",
  "shippingAddress.country" }

local optional = { "domain", "shippingAddress", "secure", "browser", "productInfos.1.currency", "productInfos.1.sku",
  "productInfos.1.productLink", "billingAddress.firstName", "billingAddress.zipCode", "shippingAddress.firstName" }

local strict = { "firstName", "lastName", "email", "phone", "state", "city", "address", "zipCode" }

-- Values that are of no use, by path.
local wrong = {
  ["card.cardNumber"] = { "43000000000", "430000000000000000000", "4300 0000 0000 0000", 43 },
  ["card.expiredYear"] = { "2023", "3", 23 }, ["card.expiredMonth"] = { "00", "13", "1", 12 },
  ["productInfos.1.quantity"] = { 0, 10000, "1", 1.5 }, ["productInfos.1.price"] = { "-1", "1.2345", true },
  ["productInfos.1.currency"] = { "us", 7 }, ["extension.subscriptionPeriod"] = { 0, 100000000, "3" },
  card = { 7, "x" }, billingAddress = { 7, "CA" }, secure = { "true", 1 }, browser = { 7 },
  ["browser.javaEnabled"] = { "true" }, ["browser.userAgent"] = { 7 }, productInfos = { 7, "x" },
}

describe("RuxPay's fields", function()
  local app, count
  before_each(function() app, count = support.open(), 0 end)

  local function base()
    count = count + 1
    local out = support.request{ transactionId = "t" .. count, orderId = "o" .. count, billingAddress = copy(ADDRESS),
      shippingAddress = copy(ADDRESS), domain = "shop.example", secure = false, browser = { userAgent = "x" },
      extension = { subscriptionCycle = "WEEK", subscriptionPeriod = 3 } }
    out.productInfos = copy(out.productInfos)
    return out
  end
  local function send(path, value, to)
    local request = base()
    set(request, path, value)
    local answer = (to or app).post("/api/subscription", request)
    return answer.code, answer.message
  end
  -- As the answer names it.
  local function shown(path) return (path:gsub("%.(%d+)", "[%1]")) end

  for path, most in pairs(texts) do
    it("takes at most " .. most .. " characters in " .. path, function()
      assert.equal(100, (send(path, ("字"):rep(most))))
      local code, message = send(path, ("x"):rep(most + 1))
      assert.equal(500, code)
      assert.equal(1, (message:find(shown(path) .. ": expected", 1, true)))
      assert.equal(500, (send(path, 7)))
    end)
  end

  for _, path in ipairs(needed) do
    it("needs " .. path, function()
      for _, value in ipairs{ cjson.null, "" } do
        assert.same({ 500, shown(path) .. ": missing" }, { send(path, value) })
      end
    end)
  end

  it("can do without the others", function()
    for _, path in ipairs(optional) do assert.equal(100, (send(path, cjson.null)), path) end
  end)

  it("needs a whole address of shipping where it is told to be strict", function()
    local picky = support.open{ strict_shipping = true }
    for _, name in ipairs(strict) do
      local code, message = send("shippingAddress." .. name, cjson.null, picky)
      assert.same({ 500, "shippingAddress." .. name .. ": missing" }, { code, message })
      assert.equal(100, (send("billingAddress." .. name, cjson.null, picky)))
    end
    assert.equal(100, (send("shippingAddress.document", cjson.null, picky)))
    assert.equal(100, (send("shippingAddress", cjson.null, picky)))
  end)

  it("refuses values of no use", function()
    for path, values in pairs(wrong) do
      for _, value in ipairs(values) do
        local code, message = send(path, value)
        assert.equal(500, code, path)
        assert.equal(1, (message:find(shown(path) .. ": expected", 1, true)), message)
      end
    end
    assert.equal(0, #app.books().payments)
  end)

  it("takes what lies at the edge", function()
    for path, values in pairs{ ["card.cardNumber"] = { ("4"):rep(12), ("4"):rep(20) },
      ["card.expiredMonth"] = { "01", "12" }, ["productInfos.1.quantity"] = { 1, 9999 },
      ["productInfos.1.price"] = { 0, "0", "999999999.999" }, ["extension.subscriptionPeriod"] = { 1, 99999999 },
      amount = { "0.01" } } do
      for _, value in ipairs(values) do assert.equal(100, (send(path, value)), path) end
    end
    local longest = "https://shop.example/" .. ("x"):rep(234)
    for _, path in ipairs{ "callbackUrl", "notificationUrl" } do
      assert.equal(100, (send(path, longest)))
      assert.equal(500, (send(path, longest .. "x")))
    end
  end)

  it("wants trade and method of a hosted page, and ignores a plan of a plain sale", function()
    for _, name in ipairs{ "transactionType", "transactionMethod" } do
      assert.equal(name .. ": missing", app.checkout{ [name] = cjson.null }.message)
    end
    assert.equal(500, app.checkout{ transactionMethod = ("x"):rep(33) }.code)
    assert.equal(301, app.checkout{ transactionMethod = ("x"):rep(32) }.code)
    assert.equal(("x"):rep(32), app.books().payments[1].method)
    assert.equal(100, app.sale{ transactionId = "p", orderId = "p", extension = { any = 1 },
      transactionType = "Authorization" }.code)
    assert.same({ "CreditCard", "Authorization" }, { app.books().payments[2].method, app.books().payments[2].type })
    assert.same({}, app.books().subscriptions)
  end)
end)
