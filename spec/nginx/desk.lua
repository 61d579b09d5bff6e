-- A merchant inside nginx whose ledger is a file, with a made-up provider whose answers lie in a shared
-- dict, and with a clock that can be moved: the background work of obol.nginx.

local app = require "spec.nginx.app"
local support = require "spec.client.support"

local ngx = rawget(_G, "ngx")
local seen = ngx.shared.seen
local M = {}

local function now() return math.floor(ngx.now() * 1000) + (seen:get "offset" or 0) end

local function send(request)
  if request.operation == "payment.create" then
    return { outcome = "accepted", provider_id = "tx", action = { type = "redirect", url = "https://pay.example/1" } }
  end
  local order = request.params.order_id
  seen:incr("asked_" .. order, 1, 0)
  seen:set("asked_by_" .. order, ngx.worker.pid())
  -- whoever asks about such an order never hears an answer
  while order:find "^stuck" and not seen:get "loose" do ngx.sleep(0.02) end
  return { outcome = "succeeded", provider_id = "tx" }
end

package.loaded["obol.account"] = support.account
local obol = require "obol"
local pay = assert(obol.open { mode = "test", ledger = package.loaded["spec.nginx.place"] or os.getenv "PLACE",
  accounts = { a = { provider = "cards" } }, clock = now, transport = { send = function(request)
    return { status = 200, headers = {}, body = "{}", result = send(request) }
  end } })
M.shop = assert(obol.nginx.new(pay, { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), dict = "seen",
  background = { every_s = 0.1 } }))

function M.create()
  local payment = assert(pay.payments:create { order_id = ngx.var.arg_order, amount = "1.00", currency = "USD" })
  app.say { status = payment.status }
end

function M.get()
  local payment = assert(pay.payments:get(ngx.var.arg_order))
  app.say { status = payment.status, asked = seen:get("asked_" .. ngx.var.arg_order) or 0,
    by = seen:get("asked_by_" .. ngx.var.arg_order) or 0 }
end

function M.advance()
  seen:incr("offset", tonumber(ngx.var.arg_ms), 0)
  app.say {}
end

--- Two shops at one address: how often each was looked at when both were.
function M.two()
  local runs = { 0, 0 }
  for place = 1, 2 do
    local function yes() return true end
    local asked = { share = yes, count = yes, status = function() return { accounts = {} } end,
      flows = { run = function() return { left = false } end } }
    function asked.reconcile()
      runs[place] = runs[place] + 1
      return { left = false, settled = 0 }
    end
    assert(obol.nginx.new(asked, { url = "http://127.0.0.1/two", secret = ("s"):rep(32), dict = "seen",
      background = { every_s = 0.1 } })).start()
  end
  for _ = 1, 1000 do
    if runs[1] > 1 and runs[2] > 1 then break end
    ngx.sleep(0.02)
  end
  app.say { first = runs[1] > 1, second = runs[2] > 1 }
end

function M.close()
  pay:close()
  app.say {}
end

return M
