-- A merchant inside nginx whose rules prefer the account `one` to `two`: what one answers lies in a shared dict, and
-- so does the clock's offset.

local app = require "spec.nginx.app"
local support = require "spec.client.support"

local ngx = rawget(_G, "ngx")
local seen = ngx.shared.seen
local M = {}

local function now() return math.floor(ngx.now() * 1000) + (seen:get "offset" or 0) end

local function answer(account)
  local mode = account == "one" and seen:get "mode"
  if mode == "refused" then
    return nil, { kind = "network", outcome = "not_sent", message = "x", retryable = false }
  end
  if mode == "declined" then return { outcome = "declined", kind = "declined" } end
  -- a probe that lasts until everybody else is through
  while mode == "held" and (seen:get "through" or 0) < seen:get "others" do ngx.sleep(0.01) end
  return { outcome = "succeeded" }
end

local function send(_, options)
  local account = options.account
  seen:incr("sent_" .. account, 1, 0)
  local result, err = answer(account)
  if account == "two" then seen:incr("through", 1, 0) end
  if not result then return nil, err end
  return { status = 200, headers = {}, body = "{}", result = result }
end

package.loaded["obol.account"] = support.account
local obol = require "obol"
local words = package.loaded["spec.nginx.words"]
local pay = assert(obol.open { mode = "test", ledger = words.ledger, dict = words.dict, clock = now,
  accounts = { one = { provider = "cards" }, two = { provider = "cards" } }, transport = { send = send },
  routes = { { to = { "one", "two" }, failover = false }, accounts = { one = words.one } } })
M.shop = assert(obol.nginx.new(pay, { url = "http://127.0.0.1/pay", secret = ("s"):rep(32), dict = words.handlers,
  background = false }))

function M.create()
  local payment, err = pay.payments:create({ order_id = ngx.var.arg_order, amount = "1.00", currency = "USD" },
    { timeout_ms = 60000 })
  app.say { account = payment and payment.account, status = payment and payment.status, error = tostring(err),
    pid = ngx.worker.pid() }
end

function M.set()
  for name, value in pairs(ngx.req.get_uri_args()) do seen:set(name, tonumber(value) or value) end
  app.say {}
end

function M.sent() app.say { one = seen:get "sent_one" or 0, two = seen:get "sent_two" or 0 } end

function M.empty()
  ngx.shared.shared:flush_all()
  ngx.shared.shared:flush_expired()
  app.say {}
end

function M.report() app.say(pay:health()) end

--- A call of the transport that lasts until `loose` is set.
function M.hang()
  M.shop.start()
  app.say(app.call(("http://127.0.0.1:%s/held"):format(ngx.var.server_port)))
end

function M.held()
  while not seen:get "loose" do ngx.sleep(0.02) end
  ngx.print "loose"
end

--- The calls under way in all workers, as they stand in the dict that all share.
function M.under_way()
  local sum = 0
  for _, key in ipairs(ngx.shared.shared:get_keys(0)) do
    if key:find("metric/obol_calls_in_flight", 1, true) then sum = sum + ngx.shared.shared:get(key) end
  end
  app.say { calls = sum }
end

return M
