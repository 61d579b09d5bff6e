-- A folder with a configuration whose ledger is a file, an account of the sandbox behind HTTP, and a client of
-- the same ledger in this process.

local obol = require "obol"
local support = require "spec.cli.support"

local M = {}

--- { folder =, pay =, url = (of the sandbox), obol(words) = what the command printed, control(verb, input), stop() }.
-- `ledger` is what the configuration says; `flows` is the text of a file of flows, or nil.
function M.open(ledger, flows)
  local self = { folder = support.folder() }
  local server = assert(require("obol.sandbox.server").start { seed = "cli-ledger" })
  local transport = assert(require("obol.wait").transport {})
  local reply = assert(transport.send { method = "GET", url = server.url .. "/_sandbox/accounts", headers = {} })
  local found = require("cjson").decode(reply.body).ruxpay
  support.write(self.folder .. "/key", found.secret_key)
  support.write(self.folder .. "/routes.lua", 'return { { name = "by card", to = "cards" } }')
  support.write(self.folder .. "/obol.lua", ([[return { mode = "test", ledger = %q, %s routes = "routes.lua",
    accounts = { cards = {
    provider = "ruxpay", base_url = %q, app_id = %q, merchant_no = %q, secret_key = secret.file "key",
    auth = { mode = %q } } } }]]):format(ledger or "sqlite:" .. self.folder .. "/ledger.db",
    flows and 'flows = { "flows.lua" },' or "", found.base_url, found.app_id, found.merchant_no, found.auth.mode))
  if flows then support.write(self.folder .. "/flows.lua", flows) end
  self.pay = assert(obol.open(self.folder .. "/obol.lua"))
  self.url = server.url
  function self.obol(...) return support.obol(self.folder, { ... }) end
  function self.control(verb, input)
    return assert(transport.send { method = "POST", url = server.url .. "/_sandbox/" .. verb,
      body = require("cjson").encode(input), headers = { ["content-type"] = "application/json" } })
  end
  function self.stop()
    self.pay:close()
    server:stop()
    support.remove(self.folder)
  end
  return self
end

--- The same with three payments: A-1 and A-3 are paid, A-2 was declined.
function M.paid(ledger, flows)
  local self = M.open(ledger, flows)
  assert(self.pay.payments:create(M.order "A-1").status == "succeeded")
  assert(self.pay.payments:create(M.order("A-2", "900")).status == "failed")
  assert(self.pay.payments:create(M.order "A-3").status == "succeeded")
  return self
end

--- What runs `obol` in `world()` and expects the exit status that it gets first; and the same for `--json`.
function M.runners(world)
  local function run(status, ...)
    local ran = world().obol(...)
    if ran.status ~= status then error(("ended with %s: %s"):format(ran.status, ran.out .. ran.err), 2) end
    return ran
  end
  return run, function(status, ...) return require("cjson").decode(run(status, ...).out) end
end

--- An order paid by card; the CVV decides what becomes of it.
function M.order(order_id, cvv)
  return {
    order_id = order_id, amount = "8.88", currency = "USD", method = "card",
    customer = { id = "u-7", ip = "203.0.113.9" }, billing = { country = "CA" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } },
    card = { number = obol.secret "4300000000000000", exp_month = 12, exp_year = 2030, holder = "san zhang",
      cvv = obol.secret(cvv or "123") },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/cards",
  }
end

return M
