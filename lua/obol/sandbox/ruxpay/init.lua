--- The simulator of RuxPay: its state, and what a payer, a merchant or a card's issuer can do to it.

local amount = require "obol.sandbox.ruxpay.amount"
local auth = require "obol.sandbox.ruxpay.auth"
local calendar = require "obol.sandbox.calendar"
local codes = require "obol.sandbox.ruxpay.codes"
local known = require "obol.sandbox.options"
local page_overview = require "obol.sandbox.ruxpay.page_overview"
local payments = require "obol.sandbox.ruxpay.payments"
local refunds = require "obol.sandbox.ruxpay.refunds"
local routes = require "obol.sandbox.ruxpay.routes"

local M = {}
local App = {}
App.__index = App

local option_types = { app_id = "string", merchant_no = "string", secret_key = "string", auth = "table",
  is_test = "boolean", lenient = "boolean", strict_shipping = "boolean", required = "table", disabled = "table",
  declining = "table", pending_ms = "number", page_ms = "number", refund_ms = "number", timestamp_window_ms = "number" }

-- What can be changed while the simulator runs.
local changing = { disabled = true, declining = true, pending_ms = true, page_ms = true, refund_ms = true }

local ZONE_MS = 8 * 3600000

local function check(options)
  known.check("RuxPay", options, option_types, 5)
  if options.app_id and not (options.app_id:find("^[1-9]%d*$") and #options.app_id <= 20) then
    error("the option app_id of the RuxPay simulator: expected at most 20 digits", 5)
  end
  local settings, problem = auth.settings(options.auth)
  if not settings then error("the option " .. problem, 5) end
  return settings
end

-- Which fields are needed otherwise than the rows say.
local function requirements(options)
  local out = {}
  if options.lenient then out.orderId = false end
  for name, needed in pairs(options.required or {}) do out[name] = needed end
  return out
end

-- The ready shop, and another one.
local function shops(options, ids)
  return {
    { app_id = options.app_id or "1625420154047475713", merchant_no = options.merchant_no or "100868",
      secret_key = options.secret_key or ids:named("ruxpay.secret_key", 32), paid = {} },
    { app_id = "1625420154047475714", merchant_no = "100869", paid = {},
      secret_key = ids:named("ruxpay.second_key", 32) },
  }
end

local function set_of(list)
  local set = {}
  for _, value in ipairs(list or {}) do set[value] = true end
  return set
end

local function configure(self, options)
  self.options, self.disabled, self.declining = options, set_of(options.disabled), set_of(options.declining)
  self.pending_ms, self.page_ms = options.pending_ms or 60000, options.page_ms or calendar.DAY
  self.refund_ms = options.refund_ms or 5000
end

--- Makes the simulator. Options: `app_id`, `merchant_no`, `secret_key` (texts, else made up), `auth` (as in
-- the configuration), `is_test` (what `isTest` says, true if not given), `lenient` (a request without
-- `orderId` is taken, as the documented example is), `strict_shipping` (a shipping address has to be whole),
-- `required` (field to boolean, as `["productInfos.sku"] = true`, where a brand differs), `disabled` (list of
-- app ids that get 201), `declining` (list of app ids whose cards are all declined), `pending_ms` (after which 102
-- is approved, 60 s), `page_ms` (after which an unpaid page closes, a day), `refund_ms` (after which a refund is
-- done, 5 s), `timestamp_window_ms` (how far off the stamp of the mode `sha256` may be; not looked at if not given).
function M.new(sandbox, options)
  local settings = check(options)
  local ids = sandbox.ids
  local self = setmetatable({
    name = "ruxpay", operations = routes.operations, sandbox = sandbox, clock = sandbox.clock, ids = ids,
    auth = settings, required = requirements(options), is_test = options.is_test ~= false,
    shops = shops(options, ids), skew = 0, duplicates = 0,
    payments = {}, by_unique = {}, by_transaction = {}, by_token = {}, orders = {}, seen = {},
    subscriptions = {}, refunds = {}, by_refund = {}, by_refund_unique = {}, chargebacks = {}, waiting = {},
  }, App)
  configure(self, options)
  return self
end

--- Changes options, for what happens from now on.
function App:set(changes)
  local options = {}
  for name, value in pairs(self.options) do options[name] = value end
  for name, value in pairs(changes) do
    if not changing[name] then error("option of the RuxPay simulator that cannot be changed: " .. name, 3) end
    options[name] = value
  end
  known.check("RuxPay", options, option_types, 3)
  configure(self, options)
end

--- The address under which calls and pages answer.
function App:base_url() return self.sandbox.origin .. "/ruxpay" end

local function account_of(self, shop)
  return { base_url = self:base_url(), app_id = shop.app_id, merchant_no = shop.merchant_no,
    secret_key = shop.secret_key, auth = auth.words(self.auth) }
end

--- Addresses and credentials of the ready account.
function App:account() return account_of(self, self.shops[1]) end

--- Another one, of a merchant for whom the first one's orders and cards are a stranger's.
function App:accounts() return { ruxpay_second = account_of(self, self.shops[2]) } end

-- The answer that leaves a payment unknown: a code for it, and a server that failed.
App.spoilt = { duplicate = '"code":101', unlisted = 777, failure = '{"code":999,"message":"system error"}',
  ways = {
    status_500 = function()
      return { status = 500, headers = { ["content-type"] = "text/html" },
        body = "<html><body><h1>Internal Server Error</h1></body></html>\n" }
    end,
  } }

--- The simulator's part of the sandbox's first page, ready HTML.
App.overview = page_overview.overview
App.pages = page_overview.pages

App.route = routes.route
App.call = routes.call
App.too_large = routes.too_large

--- The time that answers tell.
function App:now() return self.clock:now() + self.skew end

--- A time as RuxPay writes it: at UTC+8, without a word on the zone. A method for the sake of its callers.
function App.local_time(_, ms) return calendar.timestamp(ms + ZONE_MS) end

--- Has a thing end by itself after `ms`.
function App:wait_for(thing, ms)
  thing.due_ms = self.clock:now() + ms
  self.waiting[#self.waiting + 1] = thing
  if not self.first_due or thing.due_ms < self.first_due then self.first_due = thing.due_ms end
end

function App:next_due() return self.first_due end

-- What becomes of a thing that nobody ended.
local function expire(self, thing)
  if thing.is == "refund" then return refunds.finish(self, thing, 111) end
  payments.finish(self, thing, thing.code == 102 and 100 or 103)
end

--- Ends what has waited until `at`.
function App:run(at)
  local before, due = self.waiting, {}
  self.waiting, self.first_due = {}, nil
  for _, thing in ipairs(before) do
    if thing.due_ms and thing.due_ms <= at then
      due[#due + 1] = thing
    elseif thing.due_ms then
      self.waiting[#self.waiting + 1] = thing
      self.first_due = math.min(self.first_due or thing.due_ms, thing.due_ms)
    end
  end
  for _, thing in ipairs(due) do
    if thing.due_ms and thing.due_ms <= at then expire(self, thing) end
  end
end

--- Whether something can still end.
function App.is_open(_, thing) return codes.is_open(thing.code) end

-- The newest that is still open, else the newest.
local function best_of(list)
  for i = #list, 1, -1 do
    if codes.is_open(list[i].code) then return list[i] end
  end
  return list[#list]
end

--- Finds a transaction by its page, the platform's id, the merchant's, or its order; or a refund by
-- either id. nil where RuxPay knows no such thing.
function App:find(reference)
  local token = reference:match("/redirect/(%x+)") or reference:match("/checkout/(%x+)")
  if token and self.by_token[token] then return self.by_token[token] end
  local one = self.by_unique[reference] or self.by_refund[reference] or self.by_refund_unique[reference]
  if one then return one end
  local list = self.by_transaction[reference] or self.orders[reference]
  return list and best_of(list)
end

local function over(thing)
  local kind = thing.code == 100 and "conflict" or "not_found"
  local word = codes.status(thing.code)
  return nil, { kind = kind, code = thing.code, message = "reference: it is " .. word .. " already" }
end

local function result_of(thing)
  if thing.is == "refund" then
    return { code = thing.code, refund_id = thing.refund_id, refund_unique_id = thing.unique_id }
  end
  return { code = thing.code, redirect = payments.return_url(thing), unique_id = thing.unique_id,
    transaction_id = thing.transaction_id, order_id = thing.order_id }
end

local function ending(payment_code, refund_code)
  return function(self, thing)
    if not codes.is_open(thing.code) then return over(thing) end
    if thing.is == "refund" then refunds.finish(self, thing, refund_code)
    else payments.finish(self, thing, payment_code) end
    if payment_code == 100 and thing.code == 101 then
      return nil, { kind = "declined", code = 101, message = "the order is paid by another transaction" }
    end
    return result_of(thing)
  end
end

--- The payer pays or approves, or what is pending is approved; a refund is done.
function App:pay(thing, options)
  local open = codes.is_open(thing.code)
  local number = (options.card or "4300000000000000"):gsub("[ -]", "")
  if not number:find("^%d+$") or #number < 12 or #number > 20 then
    return nil, { kind = "declined", message = "card: expected a card's number" }
  end
  if open and thing.stage == "page" then thing.card = payments.mask(number) end
  return ending(100, 111)(self, thing)
end

--- The payer's card is declined, or the issuer does not know the payer; a refund fails.
App.decline = ending(101, 112)

--- The payer goes back: the transaction is closed.
function App:back_out(thing)
  if thing.is == "refund" then return nil, { kind = "invalid", message = "reference: expected a payment" } end
  return ending(103)(self, thing)
end

local function of_payment(fn)
  return function(self, thing, options)
    if thing.is ~= "payment" then return nil, { kind = "invalid", message = "reference: expected a payment" } end
    return fn(self, thing, options)
  end
end

-- Of all transactions of an order, the one that money was taken for.
local function paid_one(thing)
  return thing.code ~= 100 and payments.paid(thing.shop, thing.order_id) or thing
end

App.refund = of_payment(function(self, thing, options) return refunds.by_hand(self, paid_one(thing), options) end)
App.chargeback = of_payment(function(self, thing, options)
  return refunds.chargeback(self, paid_one(thing), options)
end)
App.renew = of_payment(function(self, thing, options)
  local renewal, problem = payments.renew(self, paid_one(thing), options)
  if not renewal then return nil, problem end
  return result_of(renewal)
end)

local function payment_row(payment)
  local function minor(thousandths) return amount.minor(thousandths, payment.currency) end
  return { kind = payment.kind, app_id = payment.shop.app_id, order_id = payment.order_id,
    transaction_id = payment.transaction_id, unique_id = payment.unique_id, code = payment.code,
    status = codes.status(payment.code), type = payment.trade,
    amount = minor(payment.amount), currency = payment.currency, refunded = minor(payment.refunded),
    charged_back = minor(payment.charged_back), card = payment.card, is_3d = payment.is_3d == true,
    method = payment.method, created_ms = payment.created_ms, done_ms = payment.done_ms }
end

local function refund_row(refund)
  return { refund_id = refund.refund_id, refund_unique_id = refund.unique_id, unique_id = refund.of.unique_id,
    order_id = refund.of.order_id, amount = amount.minor(refund.amount, refund.of.currency),
    currency = refund.of.currency, code = refund.code, status = codes.status(refund.code),
    created_ms = refund.created_ms, done_ms = refund.done_ms }
end

local function subscription_row(first)
  return { order_id = first.order_id, transaction_id = first.transaction_id, unique_id = first.unique_id,
    cycle = first.plan.subscriptionCycle, periods = first.plan.subscriptionPeriod, charges = first.charges,
    amount = amount.minor(first.amount, first.currency), currency = first.currency, created_ms = first.created_ms }
end

local function rows(list, write)
  local out = {}
  for i, thing in ipairs(list) do out[i] = write(thing) end
  return out
end

--- All that was asked and paid: lists `payments` (every transaction, renewals too), `refunds`,
-- `subscriptions`, `chargebacks`, and `duplicates`, how many requests came under an id that was used.
-- Amounts in minor units, currencies in capitals, times in milliseconds; of a card the first six and
-- the last four digits.
function App:books()
  return { payments = rows(self.payments, payment_row), refunds = rows(self.refunds, refund_row),
    subscriptions = rows(self.subscriptions, subscription_row), duplicates = self.duplicates,
    chargebacks = rows(self.chargebacks, function(row) return row end) }
end

return M
