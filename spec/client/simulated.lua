-- A client of one account over a sandbox in process, with what it logs.

local obol = require "obol"

local M = {}

--- Opens it: `accounts` has the one account, `more` replaces members of the configuration. Answers the client
-- and its state: the names of its `alarms` and of the `operations` that it called.
function M.open(box, accounts, more)
  local state = { alarms = {}, operations = {} }
  local config = { mode = "test", ledger = "memory", accounts = accounts, transport = box:transport(),
    clock = function() return box:now_ms() end,
    log = function(record)
      if record.type == "alarm" then state.alarms[#state.alarms + 1] = record.alarm end
      if record.type == "call" then state.operations[#state.operations + 1] = record.operation end
    end }
  for name, value in pairs(more or {}) do config[name] = value end
  return assert(obol.open(config)), state
end

--- The words of an account of RuxPay, with other keys where `secret_key` is given.
function M.cards(box, secret_key)
  local words = box:accounts().ruxpay
  words.provider, words.secret_key = "ruxpay", obol.secret(secret_key or words.secret_key)
  return words
end

--- A payment by card. The CVV says what becomes of it.
function M.order(order_id, cvv, more)
  local params = {
    order_id = order_id, amount = "8.88", currency = "USD", method = "card", customer = { ip = "203.0.113.9" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } }, billing = { country = "CA" },
    card = { number = obol.secret "4300000000000000", exp_month = 12, exp_year = 2028, holder = "san zhang",
      cvv = obol.secret(cvv or "123") },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/cards",
  }
  for name, value in pairs(more or {}) do params[name] = value end
  return params
end

--- How often the books of RuxPay say that money was taken.
function M.sold(box)
  local count = 0
  for _, entry in ipairs(box:books().ruxpay.payments) do
    if entry.status == "succeeded" then count = count + 1 end
  end
  return count
end

--- A function that hands the client what is due for an account, and answers the replies and the events.
function M.deliver_to(account)
  return function(pay, box)
    local replies, events = {}, {}
    box:deliver(function(request)
      local reply, event = pay.notifications:receive(account, request)
      replies[#replies + 1], events[#events + 1] = reply, event or false
      return reply
    end)
    return replies, events
  end
end

return M
