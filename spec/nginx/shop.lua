-- A merchant inside nginx: a client with the sandbox's account, its payments kept in the worker.

local app = require "spec.nginx.app"
local obol = require "obol"
local whole = require "spec.whole.order"

local ngx = rawget(_G, "ngx")
local M = {}

local words = package.loaded["spec.nginx.words"]
local pay = assert(obol.open{ mode = "test", ledger = "memory", accounts = { subs = {
  provider = "appwheel", app_id = words.app_id, platform = words.platform, base_url = words.base_url,
  secret = obol.secret(words.secret) } } })
M.pay = pay

function M.view(payment, err)
  if not payment then return { kind = err.kind, outcome = err.outcome } end
  local outcomes = {}
  for index, attempt in ipairs(payment.attempts) do outcomes[index] = attempt.outcome end
  return { status = payment.status, outcomes = outcomes, url = payment.action ~= nil,
    kind = payment.error and payment.error.kind }
end

--- Creates the payment that the argument `order` names; tells by /seen when it has returned.
function M.create()
  local order_id = ngx.var.arg_order
  local answer = M.view(pay.payments:create(whole.order(order_id, "u-" .. order_id)))
  app.see("returned_" .. order_id, true)
  app.say(answer)
end

function M.get() app.say(M.view(pay.payments:get(ngx.var.arg_order))) end

--- So many questions of the ledger after each other in so many lanes at once.
function M.ask()
  local wait, lanes, fine = require "obol.wait", {}, 0
  for lane = 1, tonumber(ngx.var.arg_lanes) do
    lanes[lane] = function()
      for _ = 1, tonumber(ngx.var.arg_calls) do
        local payment, err = pay.payments:get "none"
        if not payment and err.kind == "not_found" then fine = fine + 1 end
      end
    end
  end
  wait.all(unpack(lanes))
  app.say{ fine = fine }
end

--- What misuse says, and where.
function M.misuse()
  local told = {}
  for index, call in ipairs{
    function() pay.payments:create(1) end,
    function() pay.products:list(1) end,
    function() pay:call(1) end,
    function() pay.payments.create(nil, {}) end,
  } do
    told[index] = tostring(select(2, pcall(call)))
  end
  app.say(told)
end

return M
