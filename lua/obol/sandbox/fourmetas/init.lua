--- The simulator of 4metas: third-party recharge orders, their pay page, and callbacks under RSA.

local amount = require "obol.sandbox.fourmetas.amount"
local callback = require "obol.sandbox.fourmetas.callback"
local cipher = require "obol.sandbox.fourmetas.cipher"
local known = require "obol.sandbox.options"
local orders = require "obol.sandbox.fourmetas.orders"
local page_overview = require "obol.sandbox.fourmetas.page_overview"
local pages = require "obol.sandbox.fourmetas.pages"
local routes = require "obol.sandbox.fourmetas.routes"

local M = {}
local App = {}
App.__index = App

local option_types = { game_id = "number", access_token = "string", strict = "boolean", expire_after_ms = "number",
  rsa = "table", transport = callback.transports, wrapping = cipher.wrappings, amounts = amount.styles,
  escaped = "boolean", acknowledge = "string", success_msg = "string" }

local rsa_types = { mode = "string", keys = { string = true, table = true }, encoding = "string", padding = "string",
  param_name = "string", segment = "number" }

local function configure(self, options, level)
  known.check("4metas", options, option_types, level + 1)
  known.check("4metas", options.rsa or {}, rsa_types, level + 1)
  local rsa, problem = cipher.new(options.rsa or {})
  if not rsa then error(problem, level + 1) end
  self.options, self.rsa = options, rsa
  self.expire_after_ms = options.expire_after_ms or 1800000
end

--- Makes the simulator. Options:
--
-- * `game_id` (of the ready account, 22), `access_token` (calls without it are refused), `strict` (exact
--   content type, spelling, limits and acknowledgement), `expire_after_ms` (30 minutes)
-- * `rsa`: `mode`, `keys`, `encoding`, `padding`, `param_name`, `segment`, see cipher.lua
-- * of callbacks: `transport` (`json`, `form`, `query`), `wrapping` (`none`, `crlf`, `url_safe`, `unpadded`,
--   `blanks`), `escaped` (boolean: JSON with `\u` and `\/`), `acknowledge` (the body that a strict simulator
--   wants)
-- * of answers: `success_msg` (else `success`), `amounts` (of callbacks too: `plain`, `decimal`, `exponent`)
function M.new(sandbox, options)
  local self = setmetatable({
    name = "fourmetas", hosts = routes.hosts, operations = routes.operations, spoilt = routes.spoilt,
    sandbox = sandbox, clock = sandbox.clock, ids = sandbox.ids,
    orders = {}, order_list = {}, by_order = {}, queue = {}, first = 1, sent = {},
  }, App)
  local name = sandbox.ids:named("fourmetas.orders", 12)
  local start = 0
  for i = 1, #name do start = (start * 31 + name:byte(i)) % 1e12 end
  self.prefix = string.format("17%08d", start % 1e8)
  self.start = math.floor(start / 1e4)
  configure(self, options, 4)
  return self
end

--- Sets options anew (a table of those to change), for what happens from now on.
function App:set(changes)
  local options = {}
  for name, value in pairs(self.options) do options[name] = value end
  for name, value in pairs(changes) do options[name] = value end
  configure(self, options, 3)
end

local function base(self) return self.sandbox.origin .. "/fourmetas" end

--- The address beneath which the pay page answers.
function App:pay_base() return base(self) .. pages.BASE end

--- Addresses and credentials of the ready account.
function App:account()
  local token = self.options.access_token
  return { api_base = base(self), pay_base = self:pay_base(), game_id = self.options.game_id or 22,
    rsa = cipher.account(self.rsa), extra_headers = token and { { name = "access-token", value = token } } or nil }
end

App.overview = page_overview.overview
App.pages = page_overview.pages
App.route = routes.route
App.call = routes.call
App.too_large = routes.too_large
App.next_due = orders.next_due
App.run = orders.run
App.find = orders.find

function App.is_open(_, order) return order.status == orders.PAYING end

--- The payer pays: the callback is queued, and the browser led back with the same parameter.
function App:pay(order)
  local refusal = orders.refusal(order)
  if refusal then return nil, refusal end
  order.status, order.paid_ms = orders.PAID, self.clock:now()
  callback.paid(self, order)
  return { redirect = callback.return_url(self, order), order = order.id }
end

--- The payer closes the order. Nobody is told.
function App:decline(order)
  local refusal = orders.refusal(order)
  if refusal then return nil, refusal end
  orders.close(self, order, "closed")
  return { redirect = order.page_url, order = order.id }
end

--- The payer goes back; the order stays open.
function App.back_out(_, order)
  local refusal = orders.refusal(order)
  if refusal then return nil, refusal end
  return { redirect = order.page_url, order = order.id }
end

--- Somebody else says that an order was paid.
function App:forge(order)
  if not order.notify_url then
    return nil, { kind = "invalid", message = "reference: expected an order with an address for callbacks" }
  end
  callback.forge(self, order)
  return { order = order.id }
end

--- All orders: a list `orders`, amounts in cents, times in milliseconds, ids as digits.
function App:books()
  local list = {}
  for i, order in ipairs(self.order_list) do
    list[i] = { id = order.id, key = order.key, order_id = order.order_id, echo = order.echo, extra = order.extra,
      user = order.user, good = order.good, game = order.game, amount = order.cents, currency = "usd",
      status = page_overview.states[order.status], reason = order.reason, created_ms = order.created_ms,
      expires_ms = order.expires_ms, paid_ms = order.paid_ms, closed_ms = order.closed_ms,
      notify_url = order.notify_url, page_url = order.page_url }
  end
  return { orders = list }
end

return M
