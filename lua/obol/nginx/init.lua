--- Handlers for lua-nginx-module: notifications, the browser's return, orders from the merchant's server,
-- the checkout that a payer sees, numbers and health.
--
--     local shop = assert(obol.nginx.new(pay, { url = "https://shop.example/pay", secret = obol.secret.env "CHECKOUT",
--       keys = { obol.secret.env "SHOP_KEY" }, dict = "obol" }))
--
-- and in nginx, each in a location of its own below the address `url`:
--
--     location = /pay/create    { content_by_lua_block { require("shop").create() } }
--     location /pay/checkout/   { content_by_lua_block { require("shop").checkout() } }
--
-- - `create()`: POST an order as JSON, amounts as text or as numbers, both read exactly, with
--   `Authorization: Bearer <key>` (and `Idempotency-Key`): creates a payment, with `"subscription": true` a
--   subscription, or with a member `checkout` (`{ "expires_s":, "methods":, "account":, "payer_token":,
--   "language": }`, each optional) answers `checkout_url`, with which the payer's browser does that. GET
--   `?order_id=`: the payment. Errors are problem+json; 503 with `retryable`: a limit or a maintenance of accounts
--   stands against it now, and the same call may be made again later, also with its key.
-- - `checkout()` (`/checkout/<token>`), `status()` (`/status/<token>`), `returned()` (`/return/<token>`):
--   the payer's page, its live state, and the way back from a provider's page.
-- - `notify()` (`/notify/<account>`): notifications of every provider.
-- - `metrics()`, `health()`: for Prometheus and for monitors; who may see them, nginx says.
-- - `start()` (in `init_worker_by_lua_block`): from then on what is unresolved is looked at in the background, by
--   pay:reconcile, and flows go on, by pay.flows:run; without it from the worker's first request on. Answers whether
--   they do. After a notification flows go on at once.
--
-- `reload()` loads changed scripts in this worker and, when they are good, in the others within the
-- seconds of the option `reload`; it answers what pay:reload does. `link(params, checkout)` makes the same link within
-- the process: { url =, token =, ends = }, or nil and an error. `page(payment)` is the address of
-- the page that shows a payment and what its payer does next;
-- `return_url{ order_id =, amount =, currency = }` the one to which a provider should send the browser back. `pay`
-- is the client. `answer(name, request)` is the handler without nginx: a request { method =, path =, query =,
-- headers =, body =, remote_addr = } in, a response { status =, headers =, body = or stream = } out.
--
-- Options:
--
-- - `url`: the public address of the handlers; `secret`: 32 bytes or more, or a list, newest first, with which
--   links are sealed; `keys`: API keys, 16 to 512 visible characters each
-- - `dict`: the name of a lua_shared_dict for limits; `numbers`: that of one for the numbers, and for the breakers and
--   limits of accounts (see pay:share), which are else in `dict`, where a flood can push them out. Without them workers
--   share nothing, and with `lua_code_cache off` each request would begin background work of its own. Shops with a
--   `url` each may have one `dict`; those whose accounts bear the same names and are not the same need `numbers` each
-- - `theme`: `name`, `accent` (`#rrggbb`), `logo` (a data URI); `language`: `en` or `zh`, where the browser asks for
--   neither; `labels`: what an account, a method or `account/method` is called, text or `{ en =, zh = }`
-- - `background`: `{ every_s = 5, limit = 200 }`, seconds between two looks at what is unresolved and at flows, and how
--   many rows each looks at; false for none
-- - `reload`: `{ every_s = 5, watch = true }`: every so many seconds each worker looks whether another was told by
--   `reload()` and, with `watch`, whether the content of a file of rules, flows or providers changed, and loads them
--   (see pay:reload); without the option nothing is watched; false for no looks at all. It needs `dict`
-- - `shop_url`: where pages lead that know no order; `limits`: a table, see below; `clock`: ms since 1970

local adapter = require "obol.nginx.adapter"
local background = require "obol.nginx.background"
local frame = require "obol.nginx.page.frame"
local keys = require "obol.nginx.keys"
local link = require "obol.nginx.link"
local metrics = require "obol.nginx.metrics"
local options_of = require "obol.nginx.options"
local reloading = require "obol.nginx.reloading"
local reply = require "obol.nginx.reply"

local M = {}

local handlers = {
  notify = require "obol.nginx.notify", returned = require "obol.nginx.returned", create = require "obol.nginx.create",
  checkout = require "obol.nginx.checkout", status = require "obol.nginx.status", health = require "obol.nginx.health",
  metrics = metrics,
}

-- What may settle a payment for which a flow waits.
local settles = { notify = true, returned = true }

-- The longest body that is read for each of them.
local function body_limit(name, limits)
  if name == "notify" then return limits.notify_body end
  if name == "create" then return limits.create_body end
  if name == "returned" then return limits.return_body end
  return limits.form_body
end

-- Whatever a handler raises is a fault of ours: it goes to the log, and out goes nothing of it.
local function guarded(shop, name, request)
  local ok, answer = pcall(handlers[name].handle, shop, request)
  if ok and answer then return answer end
  adapter.log("obol.nginx." .. name .. ": " .. tostring(answer))
  return reply.problem(500, "this call cannot be served")
end

-- The configured accounts, as a set.
local function accounts_of(pay)
  local found = {}
  for _, name in ipairs(pay:status().accounts) do found[name] = true end
  return found
end

--- Handlers over a client (`obol.open`): what is described above; nil and an error that lists every mistake in
-- the options.
function M.new(pay, options)
  if type(pay) ~= "table" and type(pay) ~= "userdata" then error("expected a client, as obol.open answers it", 2) end
  if type(options) ~= "table" then error("expected options as a table", 2) end
  local shop, err = options_of.check(options)
  if not shop then return nil, err end
  shop.pay, shop.keys, shop.accounts = pay, keys.new(shop.keys), accounts_of(pay)
  shop.frame, shop.streams, shop.metrics = frame.new(shop.theme), {}, metrics.new(shop.numbers)
  if options.numbers or options.dict then assert(pay:share(options.numbers or options.dict)) end
  shop.metrics:count(pay)
  local made, looks = {}, background.new(pay, shop.background, shop)
  local changes = reloading.new(pay, shop.reload, shop)
  local function start()
    shop.metrics:start(shop.url)
    reloading.start(changes)
    return background.start(looks)
  end
  for name in pairs(handlers) do
    local limit = body_limit(name, shop.limits)
    made[name] = function()
      start()
      adapter.serve(function(request)
        local answer = guarded(shop, name, request)
        if settles[name] and answer.status < 400 then background.hurry(looks) end
        return answer
      end, limit)
    end
  end
  made.start = start
  function made.reload() return reloading.now(changes) end
  function made.answer(name, request)
    if not handlers[name] then error("expected the name of a handler", 2) end
    return guarded(shop, name, request)
  end
  function made.link(params, checkout)
    if type(params) ~= "table" then error("expected an order as a table", 2) end
    return link.make(shop, params, checkout or {})
  end
  function made.page(payment)
    if type(payment) ~= "table" then error("expected a payment", 2) end
    return link.view_url(shop, payment)
  end
  function made.return_url(order)
    if type(order) ~= "table" then error("expected an order as a table", 2) end
    local content, problem = link.content_of(shop, order)
    return content and link.return_url(shop, content), problem
  end
  made.pay = pay
  return made
end

return M
