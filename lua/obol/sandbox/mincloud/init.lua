--- The simulator of MinCloud's Web payment: its state, and what a payer or a merchant can do to it.

local crypto = require "obol.crypto"
local known = require "obol.sandbox.options"
local orders = require "obol.sandbox.mincloud.orders"
local page_overview = require "obol.sandbox.mincloud.page_overview"
local refunds = require "obol.sandbox.mincloud.refunds"
local routes = require "obol.sandbox.mincloud.routes"
local sessions = require "obol.sandbox.mincloud.sessions"
local shapes = require "obol.sandbox.mincloud.shapes"
local shares = require "obol.sandbox.mincloud.shares"
local spoilt = require "obol.sandbox.mincloud.spoilt"
local webhook = require "obol.sandbox.mincloud.webhook"
local webhooks = require "obol.sandbox.webhooks"

local M = {}
local App = {}
App.__index = App

local option_types = { client_id = "string", token = "string", webhook_key = "string", webhook_url = "string",
  merchant_key = "string", app_id = "string", token_life_s = "number", order_life_ms = "number",
  order_form = { page = true, recorded = true }, extra_info = shapes.extra_forms,
  error_word = { error_msg = true, message = true }, total_count = "boolean", webhook_amounts = "boolean",
  arrears = "boolean", refunds_fail = "boolean", functions = "table" }

-- What can be changed while the simulator runs.
local changing = { webhook_key = true, token_life_s = true, order_life_ms = true, order_form = true,
  extra_info = true, error_word = true, total_count = true, webhook_amounts = true, arrears = true,
  refunds_fail = true, functions = true }

local MONTH_S, TWO_HOURS_MS = 2592000, 7200000

local function check(options, level)
  known.check("MinCloud", options, option_types, level + 1)
  local problem = options.webhook_url and webhooks.problem(options.webhook_url)
  if problem then error("the MinCloud simulator's webhook_" .. problem, level + 1) end
end

local function hex(ids, name, length)
  return crypto.hex(crypto.digest("sha256", ids:named(name, 32))):sub(1, length)
end

local function configure(self, options)
  self.options = options
  self.webhook_key = options.webhook_key or self.ids:named("mincloud.webhook_key", 32)
  self.token_life_s = options.token_life_s or MONTH_S
  self.order_life_ms = options.order_life_ms or TWO_HOURS_MS
end

--- Makes the simulator. Options, all optional:
--
-- * `client_id`, `token` (the ready account's), `webhook_key`, `merchant_key` (WeChat's, for `paySign`),
--   `app_id` (the official account's): texts, else made up
-- * `webhook_url`: where its notifications go
-- * `token_life_s` (30 days), `order_life_ms` (2 hours): integers, on the sandbox's clock
-- * `order_form`: `page` or `recorded`, for both versions of the API; `extra_info`: `object`, `text` or
--   `python`; `total_count`: false leaves it out of lists; `error_word`: `error_msg` or `message`
-- * `webhook_amounts`: false leaves out of notifications what is not documented, the amount above all
-- * `arrears`: every call is answered 402; `refunds_fail`: the channel refuses every refund
-- * `functions`: further cloud functions by name, each of the data, giving a plain value or nil and a text
function M.new(sandbox, options)
  check(options, 4)
  local ids = sandbox.ids
  local self = setmetatable({
    name = "mincloud", operations = routes.operations, sandbox = sandbox, clock = sandbox.clock, ids = ids,
    client_id = options.client_id or hex(ids, "mincloud.client_id", 20),
    merchant_key = options.merchant_key or ids:named("mincloud.merchant_key", 32),
    app_id = options.app_id or "wx" .. hex(ids, "mincloud.app_id", 16),
    users = {}, user_list = {}, tokens = {}, logins = { username = {}, email = {}, phone = {} },
    orders = {}, order_list = {}, refund_list = {}, share_list = {},
  }, App)
  configure(self, options)
  self.hosts = { [self.client_id .. ".myminapp.com"] = true }
  sessions.ready(self)
  local urls = sandbox.webhooks.urls
  urls.mincloud = urls.mincloud or options.webhook_url
  return self
end

--- Changes options, for what happens from now on; those of the ready accounts stay, but for `webhook_key`.
function App:set(changes)
  check(changes, 3)
  local options = {}
  for name, value in pairs(self.options) do options[name] = value end
  for name, value in pairs(changes) do
    if not changing[name] then error("option of the MinCloud simulator that cannot be changed: " .. name, 3) end
    options[name] = value
  end
  configure(self, options)
end

--- The address under which the API and the pages answer.
function App:base_url() return self.sandbox.origin .. "/mincloud" end

--- Addresses and credentials of the ready account. Its token is another one once the last has expired.
function App:account()
  return { base_url = self:base_url(), client_id = self.client_id, token = sessions.token(self, self.shop),
    webhook_key = self.webhook_key, refund_function = "refund", profit_share_function = "profit_share" }
end

--- Further ready accounts: that of a payer who follows the merchant's official account, as
-- `weixin_tenpay_js` wants it, and one that logs in.
function App:accounts()
  local payer, login = self:account(), self:account()
  payer.token, login.token = sessions.token(self, self.payer), nil
  login.login = { username = self.shop.username, password = self.shop.password }
  return { mincloud_payer = payer, mincloud_login = login }
end

App.overview = page_overview.overview
App.pages = page_overview.pages
App.route = routes.route
App.call = routes.call
App.too_large = routes.too_large

App.spoilt = spoilt
App.find = orders.find
App.pay = orders.pay
App.decline = orders.decline
App.back_out = orders.back_out
App.refund = refunds.dashboard

--- Somebody else says that an order was paid.
function App:forge(order)
  webhook.forge(self, order)
  return { trade_no = order.trade_no, order_id = order.order_id }
end

--- Whether an order can still be paid.
function App:is_open(order) return order.status == "pending" and not orders.is_expired(self, order) end

--- Makes a user's payments fail, by id or by user name.
function App:fail_card(customer, failing)
  local user = self.users[customer] or self.logins.username[customer]
  if not user then return false end
  user.failing = failing
  return true
end

local function order_row(app, order)
  return { id = order.id, trade_no = order.trade_no, transaction_no = order.transaction_no, order_id = order.order_id,
    key = order.key, gateway_type = order.gateway_type, amount = order.fen, currency = "cny",
    description = order.description, record_id = order.record_id, schema_id = order.schema_id,
    profit_sharing = order.profit_sharing, status = order.status, expired = orders.is_expired(app, order),
    refund_status = order.refund_status, refunded = order.refunded, shared = order.shared, declines = order.declines,
    user = order.user.name, created_ms = order.created_ms, paid_ms = order.paid_ms, expires_ms = order.expires_ms }
end

--- All that was offered and sold: lists `users`, `orders`, `refunds`, `shares`; amounts in fen, times in
-- milliseconds.
function App:books()
  local out = { users = {}, orders = {}, refunds = {}, shares = {} }
  for i, user in ipairs(self.user_list) do
    out.users[i] = { id = user.name, username = user.username, anonymous = user.anonymous or false,
      official = user.openid ~= nil, failing = user.failing }
  end
  for i, order in ipairs(self.order_list) do out.orders[i] = order_row(self, order) end
  for i, refund in ipairs(self.refund_list) do
    out.refunds[i] = { id = refund.id, refund_no = refund.refund_no, of = refund.order.trade_no, amount = refund.fen,
      currency = "cny", status = refund.status, memo = refund.memo, created_ms = refund.created_ms }
  end
  for i, share in ipairs(self.share_list) do
    out.shares[i] = { id = share.id, of = share.order.trade_no, amount = share.fen, currency = "cny",
      status = shares.status(self, share), receivers = #share.receivers, created_ms = share.created_ms }
  end
  return out
end

return M
