-- What nobody may see: over a whole run of every provider no secret of the account, no card number, CVV or
-- token stands in a record, an error, an event, the ledger or the print of a request; a card stands in the
-- one body that it has to.

local all_rows = require "spec.ledger.all_rows"
local obol = require "obol"
local worlds = require "spec.contract.world"

-- Every text within a value, and what it prints.
local function texts(value, out, seen)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = value
  elseif kind == "table" and not seen[value] then
    seen[value] = true
    for key, member in next, value do
      texts(key, out, seen)
      texts(member, out, seen)
    end
    out[#out + 1] = tostring(value)
  elseif kind == "userdata" then
    out[#out + 1] = tostring(value)
  end
  return out
end

local function at(words, path)
  for name in path:gmatch "[^.]+" do words = words and words[name] end
  return words
end

-- The account's secrets as text; of a long key a piece.
local function secrets_of(world)
  local list = {}
  for _, path in ipairs(world.adapter.secrets) do
    local text = at(world.adapter.account(world.box), path)
    list[#list + 1] = #text > 200 and text:sub(60, 120) or text
  end
  for _, text in ipairs(world.adapter.more_secrets and world.adapter.more_secrets(world.box) or {}) do
    list[#list + 1] = text
  end
  return list
end

-- A short one has to stand by itself: hexadecimal ids hold any three digits by chance.
local function holds(text, secret)
  if #secret > 4 then return text:find(secret, 1, true) ~= nil end
  return (" " .. text .. " "):find("%f[%w]" .. secret .. "%f[%W]") ~= nil
end

-- A run in which all kinds of things happen.
local function live(world)
  local adapter = world.adapter
  for place, way in ipairs(adapter.ways) do
    if place == 1 or not adapter.of_another then
      local payment = assert(world:create(way, "A-" .. place))
      if payment.status ~= "succeeded" then
        world:fault("notification", "forged")
        assert(world:pays(payment))
        world:deliver()
        world:refresh(way, "A-" .. place)
      end
      for _, kind in ipairs{ "commit_then_drop", "status_401", "wrong_types", "system_error", "refuse" } do
        world:fault(way.operation, kind, { times = 3 })
        world:create(way, "B-" .. place .. kind)
        world:unblock()
      end
      world:create(way, "C-" .. place, { amount = "not an amount", customer = 7, card = "x", notify_url = "none" })
      world:create(way, "C-" .. place, { nonsense = { deeper = true } })
    end
  end
  world.box:advance(60000)
  world:deliver()
  world:deliver(function(request) request.body = request.body .. " " end)
end

for _, name in ipairs(worlds.names) do
  describe("a run of " .. name, function()
    local world, secrets
    setup(function()
      world = worlds.open(worlds.adapter(name))
      secrets = secrets_of(world)
      live(world)
      world.refund = world.pay.refunds:create("A-1", { refund_id = "R-1" })
    end)

    it("has enough in it to be looked at", function()
      assert.is_true(#world.records > 5 and #world.errors > 5 and #world.sent > 5)
      assert.is_true(#secrets >= 1)
      -- the ledger's rows are among what is looked at
      assert.is_truthy(table.concat(texts(all_rows(world.ledger), {}, {}), "\n"):find("B-1commit_then_drop", 1, true))
      for _, secret in ipairs(secrets) do assert.is_true(#secret >= 3) end
    end)

    it("shows no secret", function()
      local payments = world.pay.payments:list{}
      local out = texts({ world.records, world.alarms, world.errors, world.told, world.ledger,
        all_rows(world.ledger), payments, world.refund }, {}, {})
      for _, request in ipairs(world.sent) do
        out[#out + 1], out[#out + 2], out[#out + 3] = request.print, request.line, tostring(request.err)
      end
      assert.is_true(#out > 200)
      for _, text in ipairs(out) do
        for place, secret in ipairs(secrets) do
          assert.is_false(holds(text, secret), "secret " .. place .. " in " .. text:sub(1, 30))
        end
      end
    end)

    it("sends a card in the one body that takes it, which is a secret", function()
      local ruxpay = worlds.adapter "ruxpay"
      local count = 0
      for _, request in ipairs(world.sent) do
        local has = holds(request.body, ruxpay.PAN)
        assert.equal(has, request.is_secret)
        for _, text in ipairs(texts({ request.line, request.headers }, {}, {})) do
          assert.is_false(holds(text, ruxpay.PAN) or holds(text, ruxpay.CVV))
        end
        if has then
          count = count + 1
          assert.is_truthy(request.line:find "/api/payment$" or request.line:find "/api/subscription$")
          assert.equal(1, select(2, request.body:gsub(ruxpay.PAN, "")))
        else
          assert.is_false(holds(request.body, ruxpay.CVV))
        end
      end
      assert.equal(name == "ruxpay", count > 0)
    end)
  end)
end

describe("what a caller gave", function()
  it("is not said back when it is refused", function()
    for _, name in ipairs(worlds.names) do
      local world = worlds.open(worlds.adapter(name))
      for _, way in ipairs(world.adapter.ways) do
        local _, err = world:create(way, "A-1", { amount = "12,34-mine", currency = "mine!", return_url = "mine:",
          card = { number = obol.secret "4242x4242", cvv = obol.secret "9x9" }, billing = { country = "mine?" } })
        for _, text in ipairs(texts(err or {}, {}, {})) do
          assert.is_nil(text:find "12,34" or text:find "mine[!?:]" or text:find "4242" or text:find "9x9", text)
        end
      end
    end
  end)
end)
