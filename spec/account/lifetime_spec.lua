-- What is borrowed from Lua while Lua may run again: a member's metamethod or a finaliser closes a
-- secret or an account in the middle of a call that uses it.

local core = require "obol.core"
local support = require "spec.account.support"
local json = require "obol.json"
local secret = require "obol.secret"

local HEADER = "t=1700000000,v1=b64536eac8f6b5fe732a97231770251b6ca7a496b557db07a187aeb529e50c8d"
local BODY = '{"id":"evt_1","object":"event","type":"invoice.payment_succeeded"}'

-- A table whose members are found by functions, so that reading one can do anything.
local function active(members)
  return setmetatable({}, { __index = function(_, name) return members[name] and members[name]() end })
end

-- Leaves garbage whose finaliser calls `act`.
local function finalise(act)
  if newproxy then -- luacheck: ignore
    local proxy = newproxy(true) -- luacheck: ignore
    getmetatable(proxy).__gc = act
  else
    setmetatable({}, { __gc = act })
  end
end

describe("a secret that is closed while a call reads on", function()
  it("has been copied for a request", function()
    local nonce = secret "1700000000123"
    local moment = active {
      time_ms = function() return 1700000000000 end, nonce = function() return nonce end,
      key = function() nonce:close() secret(("x"):rep(13)) end,
    }
    local request = assert(support.account():encode("product.list", nil, moment))
    assert.equal("1700000000123", request.headers["x-request-nonce"])
  end)

  it("has been copied for a result", function()
    local body = secret '{"code":0,"data":{"appUserId":"user_1"}}'
    local more = active { expect = function() body:close() secret(("x"):rep(40)) return { key = "k" } end }
    local result = assert(support.account():decode("customer.create", { status = 200, body = body }, more))
    assert.equal("user_1", result.customer_id)
  end)

  it("has been copied for an event", function()
    local account, body = support.account { webhook_secret = secret "whsec_test_secret" }, secret(BODY)
    local event = assert(account:open(active {
      body = function() return body end,
      headers = function() body:close() secret(("x"):rep(66)) return { ["stripe-signature"] = HEADER } end,
    }, { time_ms = 1700000000000 }))
    assert.equal("evt_1", event.id)
  end)
end)

describe("an account that is closed while a call reads on", function()
  local calls = {
    encode = function(account, close)
      account:encode("product.list", {}, active { key = close })
    end,
    decode = function(account, close)
      account:decode("product.list", active { body = close, status = function() return 200 end })
    end,
    open = function(account, close)
      account:open(active { body = close, headers = function() return { ["stripe-signature"] = HEADER } end })
    end,
  }
  for name, call in pairs(calls) do
    it("makes " .. name .. " raise", function()
      local account = support.account { webhook_secret = secret "whsec_test_secret" }
      local ok, err = pcall(call, account, function() account:close() end)
      assert.is_false(ok)
      assert.truthy(tostring(err):find("account is closed", 1, true))
    end)
  end
end)

describe("a finaliser that closes a secret in use", function()
  local TEXT = ("k3y!"):rep(40)
  local hex = (TEXT:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
  local document = '{"a":["' .. TEXT .. '"]}'
  local uses = {
    hex = { TEXT, function(value) return core.crypto.hex(value) end, hex },
    unhex = { hex, function(value) return core.crypto.unhex(value) end, TEXT },
    base64 = { "k3y!", function(value) return core.crypto.base64(value) end, "azN5IQ==" },
    copy = { TEXT, function(value) return secret(value):reveal() end, TEXT },
    reveal = { TEXT, function(value) return value:reveal() end, TEXT },
    json = { document, function(value) return json.decode(value).a[1] end, TEXT },
    form = { "a=" .. TEXT:gsub("!", "%%21"), function(value) return core.form.decode(value).a end, TEXT },
  }
  local pause, step

  setup(function()
    pause, step = collectgarbage("setpause", 1), collectgarbage("setstepmul", 400)
  end)

  teardown(function()
    collectgarbage("setpause", pause)
    collectgarbage("setstepmul", step)
    -- what finalisers make while a Lua ends is finalised by nobody
    collectgarbage()
    collectgarbage()
  end)

  for name, use in pairs(uses) do
    it("never makes " .. name .. " read other bytes", function()
      for _ = 1, 2000 do
        local value = secret(use[1])
        finalise(function() value:close() secret(("x"):rep(#use[1])) end)
        local ok, got = pcall(use[2], value)
        if ok then
          assert.equal(use[3], got)
        else
          assert.truthy(tostring(got):find("secret is closed", 1, true))
        end
      end
    end)
  end
end)
