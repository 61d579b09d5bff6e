-- A merchant inside nginx whose rules and whose provider lie in files, and whose calls take a moment.

local app = require "spec.nginx.app"
local obol = require "obol"

local ngx = rawget(_G, "ngx")
local M = {}

local at = package.loaded["spec.nginx.scripts"] -- { folder =, reload = }
local pay = assert(obol.open { mode = "test", ledger = "memory", providers = { at.folder .. "/fig.lua" },
  routes = at.folder .. "/routes.lua",
  accounts = { one = { provider = "fig", merchant = "m" }, two = { provider = "fig", merchant = "m" } },
  transport = { send = function(request)
    ngx.sleep(0.02)
    return { status = 200, headers = { ["content-type"] = "application/json" },
      body = ('{"code":0,"id":"%s"}'):format(request.url) }
  end } })
M.shop = assert(obol.nginx.new(pay, { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), dict = "seen",
  background = false, reload = at.reload }))

local count = 0

--- Creates a payment: its account, state and id (the address that was called), and who took it.
function M.create()
  count = count + 1
  local order_id = ("%d-%d"):format(ngx.worker.pid(), count)
  local payment, err = pay.payments:create { order_id = order_id, amount = "1.00", currency = "USD" }
  app.say { pid = ngx.worker.pid(), account = payment and payment.account, status = payment and payment.status,
    provider_id = payment and payment.provider_id, error = err and tostring(err) }
end

function M.reload()
  local report, err = M.shop.reload()
  app.say { ok = report ~= nil, generation = report and report.generation, error = err and tostring(err) }
end

return M
