-- Where a card's number still stands when the call is over and its owner has closed it: nowhere, and no collector has
-- to run before.

local memory = require "spec.net.memory"
local support = require "spec.net.support"

local script = [[
  local obol = require "obol"
  collectgarbage "stop"
  local number, cvv = assert(obol.secret.file(%q)), obol.secret "012"
  local pay = assert(obol.open { mode = "test", ledger = "memory", accounts = {
    cards = { provider = "ruxpay", base_url = %q, app_id = "123456", merchant_no = "100001",
      secret_key = obol.secret "TEST-ONLY-secret-key-0001" } }, log = %s })
  local payment, err = pay.payments:create({ order_id = "A-1", amount = "8.88", currency = "USD",
    customer = { ip = "127.0.0.1" }, return_url = "https://shop.example/callback",
    notify_url = "https://shop.example/notification",
    items = { { name = "tea lights", price = "8.88", sku = "1", quantity = 1, url = "https://shop.example/1" } },
    card = { number = number, exp_year = 2033, exp_month = %d, holder = "san zhang", cvv = cvv },
    billing = { country = "CA" } })
  if %s then number:close() cvv:close() end
]]

describe("a card's number", function()
  local server, folder, path

  setup(function()
    server, folder = support.server(), support.folder()
    path = folder .. "/number"
    local file = assert(io.open(path, "w"))
    file:write(memory.NUMBER)
    file:close()
  end)

  teardown(function()
    support.stop_server(server)
    support.remove(folder)
  end)

  local function run(month, closes, log)
    return (support.run(script:format(path, server.url "ok", log or "nil", month, tostring(closes)) .. memory.SEARCH
      .. "print(payment and payment.status or err.kind, found > 0)"))
  end

  it("stands nowhere when a payment was sent, nor when it was refused before", function()
    if (os.getenv "LD_PRELOAD" or ""):find "asan" then
      return pending "the shadow memory of a sanitizer is too large to look through"
    end
    assert.equal("unknown\ttrue\n", run(12, false))
    assert.equal("unknown\tfalse\n", run(12, true))
    assert.equal("unknown\tfalse\n", run(12, true, "function() end"))
    assert.equal("invalid\tfalse\n", run(13, true))
  end)
end)
