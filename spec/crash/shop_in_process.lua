--- A client on a database, over the sandbox in process, for specs of what may happen to the database.

local ledgers = require "obol.ledger"
local obol = require "obol"
local orders = require("spec.crash.scripts").orders
local sandbox = require "obol.sandbox"

local M = {}

local Shop = {}
Shop.__index = Shop

--- Opens a shop on the ledger at `place` (`options` are those of the database), over `box` or a new sandbox.
-- A request meets `shop.before_send` and `shop.after_send`, functions or nil, in the way of what may happen
-- while a call is under way.
function M.open(place, options, box)
  local shop = setmetatable({ box = box or sandbox.new { clock_ms = 1700000000000 }, alarms = {} }, Shop)
  local words = shop.box:accounts().ruxpay
  words.provider, words.secret_key = "ruxpay", obol.secret(words.secret_key)
  local transport = shop.box:transport()
  shop.pay = assert(obol.open {
    mode = "test", ledger = assert(ledgers.open(place, options)), accounts = { ruxpay = words },
    clock = function() return shop.box:now_ms() end,
    transport = { sleep = function() end, send = function(...)
      if shop.before_send then shop.before_send() end
      local reply, err = transport.send(...)
      if shop.after_send then shop.after_send() end
      return reply, err
    end },
    log = function(record)
      if record.type == "alarm" then table.insert(shop.alarms, record.alarm) end
    end,
  })
  return shop
end

--- Pays by card: at once, or with `cvv` as the simulator has it.
function Shop:create(order_id, cvv) return self.pay.payments:create(orders.ruxpay(order_id, cvv)) end

--- How many orders the provider has, and how many of them are paid.
function Shop:sold()
  local list, paid = self.box:books().ruxpay.payments, 0
  for _, row in ipairs(list) do
    if row.status == "succeeded" then paid = paid + 1 end
  end
  return #list, paid
end

--- Hands over what is due: the statuses of the answers.
function Shop:deliver()
  local statuses = {}
  self.box:deliver(function(request)
    local reply = self.pay.notifications:receive("ruxpay", request)
    statuses[#statuses + 1] = reply.status
    return reply
  end)
  return statuses
end

--- Lets the leases of lost calls and the steps of the schedule pass, and looks at what is open.
function Shop:recover()
  for _, ms in ipairs { 30000, 60000, 300000, 900000, 3600000, 3600000 } do
    self.box:advance(ms)
    self:deliver()
    assert(self.pay:reconcile { at_once = 1 })
  end
end

function Shop:close() self.pay:close() end

return M
