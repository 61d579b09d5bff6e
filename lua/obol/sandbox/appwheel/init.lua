--- The simulator of AppWheel (Stripe side): its state, and what a payer or a merchant can do to it.

local checkout = require "obol.sandbox.appwheel.checkout"
local events = require "obol.sandbox.appwheel.events"
local invoices = require "obol.sandbox.appwheel.invoices"
local known = require "obol.sandbox.options"
local methods = require "obol.sandbox.appwheel.payment_methods"
local page_overview = require "obol.sandbox.appwheel.page_overview"
local products = require "obol.sandbox.appwheel.products"
local refunds = require "obol.sandbox.appwheel.refunds"
local routes = require "obol.sandbox.appwheel.routes"
local subscriptions = require "obol.sandbox.appwheel.subscriptions"
local users = require "obol.sandbox.appwheel.users"

local M = {}
local App = {}
App.__index = App

local option_types = { app_id = "string", platform = "string", secret = "string", webhook_secret = "string",
  implicit_users = "boolean", products = "table", promotions = "table", grace_days = "number" }

--- Makes the simulator. Options: `app_id`, `platform`, `secret`, `webhook_secret` (texts, else made
-- up), `implicit_users` (createPurchase makes unknown users), `products` and `promotions` (instead of
-- the ready ones, see products.lua), `grace_days` (else one period).
function M.new(sandbox, options)
  known.check("AppWheel", options, option_types, 4)
  local ids = sandbox.ids
  return setmetatable({
    name = "appwheel", hosts = routes.hosts, operations = routes.operations,
    sandbox = sandbox, clock = sandbox.clock, ids = ids, options = options,
    app_id = options.app_id or "331058835", platform = options.platform or "Stripe",
    secret = options.secret or ids:named("appwheel.secret", 32),
    webhook_secret = options.webhook_secret or "whsec_" .. ids:named("appwheel.webhook_secret", 32),
    products = products.load(options.products), promotions = options.promotions or products.promotions,
    users = {}, user_list = {}, customers = {}, sessions = {}, session_list = {}, setups = {},
    subscriptions = {}, subscription_list = {}, invoices = {}, invoice_list = {},
    sales = {}, sale_list = {}, refunds = {}, portals = {}, seen = { keys = {}, first = 1, last = 0 },
  }, App)
end

--- The address under which the API and the pages answer.
function App:base_url() return self.sandbox.origin .. "/appwheel" end

--- Addresses and credentials of the ready account.
function App:account()
  return { base_url = self:base_url(), app_id = self.app_id, platform = self.platform, secret = self.secret,
    webhook_secret = self.webhook_secret }
end

--- The simulator's part of the sandbox's first page, ready HTML.
App.overview = page_overview.overview

App.route = routes.route
App.call = routes.call
App.too_large = routes.too_large
App.next_due = subscriptions.next_due
App.run = subscriptions.run

-- The one open session of a customer, where there is exactly one.
local function open_session_of(self, user)
  local found
  for _, session in ipairs(self.session_list) do
    if session.user == user and checkout.status(self, session) == "open" then
      if found then
        return nil, { kind = "invalid", message = "reference: expected a session, the customer has several open" }
      end
      found = session
    end
  end
  return found, not found and { kind = "not_found", message = "reference: the customer has no open session" } or nil
end

--- Finds what a reference means: a session, a setup intent, an invoice, a subscription, a one-off
-- sale, or a customer with one open session. nil where AppWheel knows no such thing.
function App:find(reference)
  local id = reference:match("cs_test_%w+")
  if id and self.sessions[id] then return self.sessions[id] end
  id = reference:match("seti_%w+")
  if id and self.setups[id] then return self.setups[id] end
  for _, list in ipairs{ self.subscriptions, self.sales } do
    if list[reference] then return list[reference] end
  end
  id = reference:match("in_%w+")
  if id and self.invoices[id] then return self.invoices[id] end
  local user = self.users[reference] or self.customers[reference]
  if user then return open_session_of(self, user) end
  return nil
end

local function unfit(verb)
  return nil, { kind = "invalid", message = "reference: expected something that one can " .. verb }
end

function App:pay(thing, options)
  if thing.is == "session" then return checkout.pay(self, thing, options) end
  if thing.is == "setup" then return methods.confirm(self, thing, options) end
  if thing.is == "invoice" then return invoices.pay_hosted(self, thing, options) end
  return unfit("pay")
end

function App:decline(thing)
  if thing.is == "session" then return checkout.decline(self, thing) end
  if thing.is == "invoice" or thing.is == "setup" then return { declined = true } end
  return unfit("decline")
end

function App:back_out(thing)
  if thing.is == "session" then return checkout.back_out(self, thing) end
  return unfit("leave")
end

App.refund = refunds.refund
App.test_callback = events.test

-- Words for answers of faults.
App.spoilt = { duplicate = '"code":205002', unlisted = 299999, failure = '{"code":10101,"message":"data error"}' }

--- Whether a thing is a page on which the payer can still pay.
function App:is_open(thing)
  if thing.is == "session" then return checkout.status(self, thing) == "open" end
  return thing.is == "setup" or thing.is == "invoice" and thing.status == "open"
end

App.pages = page_overview.pages

function App:fail_card(customer, failing)
  local user = self.users[customer] or self.customers[customer]
  if not user then return false end
  user.failing = failing
  return true
end

local function copy_list(list, fields)
  local out = {}
  for i, thing in ipairs(list) do
    local row = {}
    for field in fields:gmatch("%S+") do row[field] = thing[field] end
    row.user = thing.user and thing.user.id or nil
    row.product = thing.product and thing.product.id or nil
    out[i] = row
  end
  return out
end

--- All that was offered and sold: lists `users`, `sessions`, `subscriptions`, `sales` (one-off),
-- `invoices`, `refunds`; amounts in minor units, currencies in lower case, times in milliseconds.
function App:books()
  local sessions = copy_list(self.session_list, "id kind mode amount currency quantity created_ms expires_ms "
    .. "declines subscription sale invoice")
  for i, session in ipairs(self.session_list) do sessions[i].status = checkout.status(self, session) end
  local people = {}
  for i, user in ipairs(self.user_list) do
    people[i] = { id = user.id, customer = user.customer, created_ms = user.created_ms,
      methods = #methods.of(user), failing = user.failing }
  end
  return {
    users = people, sessions = sessions,
    subscriptions = copy_list(self.subscription_list, "id status auto_renew trial created_ms period_start_ms "
      .. "period_end_ms grace_end_ms ended_ms transaction quantity session"),
    sales = copy_list(self.sale_list, "id mode amount currency quantity name created_ms status session"),
    invoices = copy_list(self.invoice_list, "id subscription amount paid currency status created_ms paid_ms "
      .. "reason refunded"),
    refunds = copy_list(self.refunds, "id of amount currency created_ms"),
  }
end

App.ensure_user = users.ensure
App.on_paid = subscriptions.paid_by_hand

return M
