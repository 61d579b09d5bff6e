local net = require "spec.net.support"
local support = require "spec.nginx.support"

local function place(name)
  return ([[
    location = /%s { content_by_lua_block { require("spec.nginx.flows").%s() } } ]]):format(name, name)
end

describe("flows in nginx", function()
  local server, folder, ledger
  setup(function()
    folder = net.folder()
    ledger = "&ledger=sqlite:" .. folder .. "/flows.db"
    server = support.start { server = place "start" .. place "run" .. place "get" }
  end)
  teardown(function()
    local complaints = server:complaints()
    local code = server:stop()
    net.remove(folder)
    assert.is_nil(complaints)
    assert.equal(0, code)
  end)

  it("run as far as they can in a request, whatever they wait for, and go on in a later run", function()
    local started = server:get("/start?id=f-1" .. ledger)
    assert.is_nil(started.error)
    assert.equal("waiting", started.status)
    assert.is_true(support.eventually(function()
      server:get("/run?x=1" .. ledger)
      return server:get("/get?id=f-1" .. ledger).status ~= "waiting"
    end))
    assert.same({ status = "succeeded", result = { phase = "timer", both = { "succeeded", "slept" }, seen = "succeeded",
      ok = true, status = "succeeded", input = "f-1" } }, server:get("/get?id=f-1" .. ledger))
  end)

  it("run beside each other and do not hold up the worker", function()
    local calls = {}
    for number = 1, 20 do
      calls[number] = function() return server:get(("/start?id=g-%d"):format(number) .. ledger).status end
    end
    for _, answer in ipairs { require("obol.wait").all((table.unpack or unpack)(calls)) } do
      assert.equal("waiting", answer[1])
    end
    assert.is_true(support.eventually(function()
      server:get("/run?x=1" .. ledger)
      return server:get("/get?id=g-20" .. ledger).status == "succeeded"
    end))
  end)
end)
