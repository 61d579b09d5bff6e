-- Flows inside the nginx of the specs.

local app = require "spec.nginx.app"
local core = require "obol.core"
local obol = require "obol"
local support = require "spec.flow.support"

local ngx = rawget(_G, "ngx")
local M = {}

support.install()

-- A flow that yields in every way that it may: in steps, around them, inside of pcall, in a coroutine of its own.
local function shop(flow, input)
  local phase = flow:step("slow", function()
    ngx.sleep(0.02)
    return ngx.get_phase()
  end)
  ngx.sleep(0.005)
  local payment = flow:create(support.order(flow.id))
  payment = flow:await(payment)
  local both = flow:step("both", function()
    local a, b = obol.all(function() return flow.pay.payments:get(flow.id).status end, function()
      ngx.sleep(0.01)
      return "slept"
    end)
    return { a[1], b[1] }
  end)
  local seen = flow.pay.payments:get(flow.id).status
  local ok = pcall(function() flow:sleep "1s" end)
  for number in coroutine.wrap(function() for number = 1, 2 do coroutine.yield(number) end end) do
    flow:step("number", function() return number end)
  end
  return { phase = phase, both = both, seen = seen, ok = ok, status = payment.status, input = input }
end

local function idle(flow) flow:receive "never" end

local pay

local function client()
  if pay then return pay end
  pay = support.open({ obol.flow("shop", shop), obol.flow("idle", idle) }, { create = function()
    ngx.sleep(0.01)
    return { outcome = "succeeded", provider_id = "tx-1" }
  end, ledger = assert(require("obol.ledger").open(ngx.var.arg_ledger)), config = { clock = core.clock_ms } })
  return pay
end

function M.start()
  local flow, err = client().flows:start(ngx.var.arg_name or "shop", ngx.var.arg_id, { id = ngx.var.arg_id })
  err = err or flow and flow.error
  app.say { status = flow and flow.status, error = err and tostring(err) }
end

function M.run() app.say(assert(client().flows:run())) end

function M.get()
  local flow = assert(client().flows:get(ngx.var.arg_id))
  app.say { status = flow.status, result = flow.result, error = flow.error and tostring(flow.error) }
end

return M
