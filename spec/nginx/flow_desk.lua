-- A merchant inside nginx who sells by a flow: a ledger in a file, a made-up provider, a clock that can be moved.
-- What the flow's steps do is counted in a shared dict, under their keys.

local app = require "spec.nginx.app"
local json = require "obol.json"
local support = require "spec.client.support"

local ngx = rawget(_G, "ngx")
local seen = ngx.shared.seen
local M = {}

local function now() return math.floor(ngx.now() * 1000) + (seen:get "offset" or 0) end

-- Notifications are events as they stand.
package.loaded["obol.account"] = function(words)
  local account = support.account(words)
  function account.open(_, request)
    local event = assert(json.decode(request.body))
    event.amount, event.verified_by = require("obol.money")("1.00", "USD"), "signature"
    return event
  end
  return account
end
local obol = require "obol"

-- Does something in the shop's books: how often it was asked for, and how often by another key.
local function does(flow, name)
  return function(key)
    local place = ("%s %s"):format(name, flow.id)
    seen:incr("asked " .. place, 1, 0)
    seen:set("by " .. place, ngx.worker.pid())
    if seen:add("key " .. place .. " " .. key, true) then seen:incr("keys " .. place, 1, 0) end
    while name:find "^stuck" and flow.id:find "^stuck" and not seen:get "loose" do ngx.sleep(0.02) end
    return name
  end
end

local sale = obol.flow("sale", function(flow, input)
  local payment = flow:create { order_id = input.order_id, amount = "1.00", currency = "USD" }
  flow:present(payment.action)
  payment = flow:await(payment, { timeout = "30m" })
  if payment.status ~= "succeeded" then return flow:fail(payment) end
  flow:step("grant", does(flow, "grant"))
  flow:step("stuck", does(flow, "stuck"))
  return { paid = payment.amount }
end)

local function send(request)
  if request.operation == "payment.create" then
    ngx.sleep(0.3) -- long enough for who asked to go away
    return { outcome = "accepted", provider_id = "tx " .. request.params.order_id,
      action = { type = "redirect", url = "https://pay.example/1" } }
  end
  seen:incr("queries", 1, 0)
  return { outcome = "accepted", provider_id = "tx " .. request.params.order_id }
end

local pay = assert(obol.open { mode = "test", ledger = package.loaded["spec.nginx.place"],
  accounts = { a = { provider = "cards" } }, clock = now, flows = { sale }, transport = { send = function(request)
    return { status = 200, headers = {}, body = "{}", result = send(request) }
  end } })
M.shop = assert(obol.nginx.new(pay, { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), dict = "seen",
  background = { every_s = tonumber(package.loaded["spec.nginx.every_s"]) or 0.1 } }))

function M.start()
  local id = ngx.var.arg_id
  local flow, err = pay.flows:start("sale", { order_id = id }, { id = id })
  app.say { status = flow and flow.status, action = flow and flow.action, problem = err and tostring(err) }
end

function M.get()
  local id = ngx.var.arg_id
  local flow = pay.flows:get(id)
  local found = { status = flow and flow.status or "none", error = flow and flow.error and tostring(flow.error) }
  for _, name in ipairs { "grant", "stuck" } do
    local place = ("%s %s"):format(name, id)
    found[name] = { asked = seen:get("asked " .. place) or 0, keys = seen:get("keys " .. place) or 0,
      by = seen:get("by " .. place) or 0 }
  end
  app.say(found)
end

function M.advance()
  seen:incr("offset", tonumber(ngx.var.arg_ms), 0)
  app.say {}
end

function M.loosen()
  seen:set("loose", true)
  app.say {}
end

return M
