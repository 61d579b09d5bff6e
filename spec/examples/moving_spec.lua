-- scripts/routes/moving.lua at each of its steps.

local route = require "obol.route"
local world = require "spec.examples.world"

local ACCOUNTS = { cards = true, spare = true, subs = true, web = true, games = true }
local STEPS, CUSTOMERS = { 0, 1, 10, 50, 100 }, 1000

local function text_of(moved)
  local file = assert(io.open("scripts/routes/moving.lua", "rb"))
  local text = file:read "*a"
  file:close()
  local changed, count = text:gsub("local MOVED = %d+", "local MOVED = " .. moved)
  assert.equal(1, count)
  return changed
end

local function write(path, moved)
  local file = assert(io.open(path, "wb"))
  file:write(text_of(moved))
  file:close()
end

describe("the example rules of moving traffic", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function at(moved)
    write(path, moved)
    local loaded, wrong = route.load(path, ACCOUNTS)
    assert(loaded, wrong and wrong[1].message)
    return loaded
  end

  local function account_of(rules, customer, method)
    local decision = assert(route.decide(rules, { operation = "payment.create", now_ms = world.T0, all = true,
      params = { method = method or "card", amount = "8.88", currency = "USD", customer = customer } }))
    return decision.accounts[1], decision.accounts[2]
  end

  it("hold what they expect at every step, and move people one way only", function()
    local before
    for _, moved in ipairs(STEPS) do
      local rules, now, count = at(moved), {}, 0
      assert.equal(0, select(2, route.expectations(rules, { now_ms = world.T0 })))
      for i = 1, CUSTOMERS do
        local id = "c-" .. i
        now[id] = account_of(rules, { id = id })
        if now[id] == "spare" then count = count + 1 end
        assert.is_false(before ~= nil and before[id] == "spare" and now[id] == "cards", id)
      end
      -- five standard deviations of as many draws
      local spread = 5 * math.sqrt(CUSTOMERS * moved / 100 * (1 - moved / 100))
      assert.is_true(math.abs(count - CUSTOMERS * moved / 100) <= spread, ("%d at %d"):format(count, moved))
      before = now
    end
  end)

  it("send staff to the new account first, and nothing but cards", function()
    local rules = at(0)
    assert.equal("spare", (account_of(rules, { id = "c-1", email = "ann@shop.example" })))
    assert.equal("cards", (account_of(rules, { id = "c-1", email = "ann@shopxexample" })))
    assert.equal("cards", (account_of(rules, { id = "c-1" }, "checkout")))
  end)

  it("keep the other account at hand while both have a part", function()
    assert.same({ "cards" }, { account_of(at(0), { id = "u-149" }) })
    assert.same({ "cards", "spare" }, { account_of(at(50), { id = "u-149" }) })
    assert.same({ "spare" }, { account_of(at(100), { id = "u-149" }) })
  end)

  it("are refused with their line where a step is a slip", function()
    write(path, 110)
    local loaded, wrong = route.load(path, ACCOUNTS)
    assert.is_nil(loaded)
    assert.matches(":%d+: expected a weight that is an integer from 0 to 1000000", wrong[1].message)
  end)

  it("bound what a mistake costs: over its limit the new account steps back", function()
    local w = world.new()
    write(path, 99)
    local pay = w:open { routes = path }
    local dear = world.card("A-1", { amount = "19999.00", customer = { id = "u-1", ip = "203.0.113.9" } })
    assert.equal("spare", pay.payments:create(dear).account)
    local second = world.card("A-2", { customer = { id = "u-1", ip = "203.0.113.9" } })
    assert.equal("cards", pay.payments:create(second).account)
    pay:close()
  end)

  it("are taken up by a running client, which keeps the old ones where the new ones are bad", function()
    local w = world.new()
    write(path, 0)
    local pay = w:open { routes = path }
    local customer = { id = "u-1", ip = "203.0.113.9" }
    assert.equal("cards", pay.payments:create(world.card("A-1", { customer = customer })).account)
    write(path, 10)
    assert(pay:reload())
    assert.equal("spare", pay.payments:create(world.card("A-2", { customer = customer })).account)
    write(path, 110)
    local answer, err = pay:reload()
    assert.is_nil(answer)
    assert.matches("%[2%]%.split", err.fields[1].field)
    assert.matches(":%d+: expected a weight", err.fields[1].message)
    -- rules that load, and do not do what stands beside them
    local text = text_of(10):gsub('moves_at%(10, "u%-1"%)', 'moves_at(50, "u-1")')
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    answer, err = pay:reload()
    assert.is_nil(answer)
    assert.matches("u%-1 moves at 50", tostring(err))
    assert.equal("spare", pay.payments:create(world.card("A-3", { customer = customer })).account)
    assert.is_false(pay:status().reload.ok)
    write(path, 0)
    assert(pay:reload())
    assert.equal("cards", pay.payments:create(world.card("A-4", { customer = customer })).account)
    pay:close()
  end)

  it("leave what was begun where it was begun", function()
    local w = world.new()
    write(path, 0)
    local pay = w:open { routes = path }
    local open = pay.payments:create(world.card("A-1", { customer = { id = "u-1", ip = "203.0.113.9" }, three_ds = true,
      browser = { user_agent = "Mozilla/5.0", accept = "text/html" } }))
    assert.equal("cards", open.account)
    write(path, 100)
    assert(pay:reload())
    assert.equal("spare", pay.payments:create(world.card "A-2").account)
    w.box:pay(open.action.url)
    w:deliver()
    local payment = pay.payments:get "A-1"
    assert.same({ "succeeded", "cards" }, { payment.status, payment.account })
    pay:close()
  end)
end)

describe("the README's rules of moving traffic", function()
  it("hold what they expect at every step", function()
    local file = assert(io.open("README.md", "rb"))
    local shown = assert(file:read("*a"):match "### Moving traffic in steps.-```lua\n(.-)```")
    file:close()
    local path = os.tmpname()
    for _, moved in ipairs(STEPS) do
      local text, count = shown:gsub("local MOVED = %d+", "local MOVED = " .. moved)
      assert.equal(1, count)
      file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
      local rules, wrong = route.load(path, ACCOUNTS)
      assert(rules, wrong and wrong[1].message)
      local results, failed = route.expectations(rules, { now_ms = world.T0 })
      assert.same({ 2, 0 }, { #results, failed })
    end
    os.remove(path)
  end)
end)
