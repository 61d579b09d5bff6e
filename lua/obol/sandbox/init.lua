--- The sandbox: simulators of payment systems for tests, in process or behind a private nginx.
--
--     local sandbox = require("obol.sandbox").new{}
--     obol.open{ transport = sandbox:transport(), accounts = { subs = ... sandbox:accounts().appwheel ... } }
--     sandbox:pay(checkout_url)      sandbox:advance(ms)      sandbox:books().appwheel.invoices
--
-- What a payer does (`pay`, `decline`, `back_out`) names a `reference`: the address of a pay page, an
-- order, any id that a provider gave, or a customer who has one open page. Where several providers know
-- it, the one where the payer can still act is meant; `options.provider` names one.

local act = require "obol.sandbox.act"
local clock = require "obol.sandbox.clock"
local error_of = require "obol.error"
local faults = require "obol.sandbox.faults"
local http = require "obol.sandbox.http"
local ids = require "obol.sandbox.ids"
local nearest = require "obol.nearest"
local simulators = require "obol.sandbox.simulators"
local webhooks = require "obol.sandbox.webhooks"

local M = {}
local Sandbox = {}
Sandbox.__index = Sandbox

local option_types = {
  clock_ms = { number = true, ["function"] = true }, seed = { string = true }, origin = { string = true },
  webhook_url = { string = true }, sign_clock = { string = true },
}
for _, name in ipairs(simulators) do option_types[name] = { table = true } end

local function check_options(options)
  for name, value in pairs(options) do
    local types = option_types[name]
    if not types then
      local hint = nearest.hint(name, option_types)
      error(("%s: expected a known option of the sandbox%s"):format(tostring(name), hint), 3)
    end
    if not types[type(value)] then
      local wanted = types["function"] and "number or a function" or next(types)
      error(("%s: expected a %s as the sandbox's option, got %s"):format(name, wanted, type(value)), 3)
    end
  end
  local problem = options.webhook_url and webhooks.problem(options.webhook_url)
  if problem then error("webhook_" .. problem, 3) end
  local sign = options.sign_clock
  if sign and sign ~= "wall" and sign ~= "sandbox" then error("expected sign_clock wall or sandbox", 3) end
end

local function populate(self)
  self.faults = faults.new()
  local before = self.webhooks or { url = self.options.webhook_url }
  self.webhooks = webhooks.new{ url = before.url, urls = before.urls, clock = self.clock, faults = self.faults }
  self.providers, self.names = {}, {}
  for _, name in ipairs(simulators) do
    self.providers[name] = require("obol.sandbox." .. name).new(self, self.options[name] or {})
    self.names[#self.names + 1] = name
  end
  table.sort(self.names)
end

--- Makes a sandbox. Options, all optional; an unknown one is an error:
-- `clock_ms` (integer: time stands there until advanced; function: gives the time; else the machine's),
-- `seed` (text: the same ids and credentials in every run), `origin` (text, where pages and addresses
-- start), `webhook_url` (text, where callbacks go that bring no address of their own), `sign_clock`
-- (`wall` or `sandbox`: which clock callbacks are stamped with; `sandbox` where `clock_ms` is a number,
-- else `wall`), and under the name of each provider the options of its simulator.
function M.new(options)
  options = options or {}
  check_options(options)
  local self = setmetatable({ options = options }, Sandbox)
  self.clock = clock.new(options.clock_ms)
  self.ids = ids.new(options.seed)
  self.origin = (options.origin or "https://sandbox.invalid"):lower()
  self.sign_clock = options.sign_clock or (self.clock.fixed and "sandbox" or "wall")
  populate(self)
  return self
end

--- Forgets everything that was sold, asked and armed. Credentials, clock and ids go on.
function Sandbox:reset() populate(self) end

--- A transport for `obol.open{ transport = }`.
function Sandbox:transport() return http.transport(self) end

--- For each provider the addresses and credentials of a ready account, in the configuration's words; and
-- further accounts under names that begin with their provider's (`mincloud_payer`).
function Sandbox:accounts()
  local out = {}
  for name, provider in pairs(self.providers) do
    out[name] = provider:account()
    for other, words in pairs(provider.accounts and provider:accounts() or {}) do out[other] = words end
  end
  return out
end

--- What the sandbox says was sold, by provider: the truth to compare with. Amounts are integers of
-- minor units, times milliseconds.
function Sandbox:books()
  self:settle()
  local out = {}
  for name, provider in pairs(self.providers) do out[name] = provider:books() end
  return out
end

--- The sandbox's time in milliseconds since 1970.
function Sandbox:now_ms() return self.clock:now() end

--- Works off what has become due, event by event, each at its own time.
function Sandbox:settle()
  local target = self.clock:now()
  while true do
    local first, at
    for _, name in ipairs(self.names) do
      local provider = self.providers[name]
      local due = provider.next_due and provider:next_due()
      if due and due <= target and (not at or due < at) then first, at = provider, due end
    end
    if not first then return end
    self.clock:during(at, function() first:run(at) end)
  end
end

--- Moves the clock forward by `ms` (an integer, 0 or more), period by period. Returns the new time.
function Sandbox:advance(ms)
  if type(ms) ~= "number" or ms < 0 or ms % 1 ~= 0 then error("expected milliseconds, 0 or more", 2) end
  self:settle()
  self.clock:advance(ms)
  self:settle()
  return self.clock:now()
end

--- Arms a fault: the next call (or `options.times` calls) of `operation` meets `kind`. Operations are
-- named as in the library (`payment.create`), `*` is any, `notification` the next callback. Further
-- options: `ms` (how long, or how far), `bytes` (how much), `code` (unlisted_code), `status` (html),
-- `commit` (whether the state changes), `provider`. The kinds:
--
-- * the connection ends: `refuse` (before acting; the library tries a call that was surely not sent three times, so
--   that it takes `times = 3` to fail it), `commit_then_drop` and `reset` (after acting), `torn` (within the body)
-- * the answer is late: `slow`, `stall_headers`, `stall_body`, `drip`
-- * it is spoilt: `empty`, `truncated`, `html`, `not_json`, `wrong_types`, `duplicate_names`,
--   `wrong_envelope`, `unlisted_code`, `two_content_lengths`, `oversized`, `gzip_bomb`
-- * it is another one: `status_500` and `system_error`, the provider's own word for not knowing (after
--   acting); `status_503`, `status_429`, `status_401`, `status_402`, `status_403` and `redirect`
--   (before acting)
-- * the provider's clock is ahead: `clock_skew`
-- * a notification is `late`, `duplicated`, `reordered`, `forged`, signed with a `wrong_key`, or over
--   a `wrong_amount`
-- * 4metas and MinCloud alone: a notification is `altered` (in one place), `replayed` (another order's again,
--   in its place), or of an `other_status`; an answer has an `unlisted_state` (4metas: `code`), a `stale` one,
--   or is `mismatched` (by a cent)
-- * 4metas alone: a notification is `forged_public` (by somebody who has the merchant's public key, over an
--   order that nobody paid), `spliced` (blocks of two) or of `truncated_blocks`; an answer has `null_data`
function Sandbox:fault(operation, kind, options)
  local problem = faults.problem(operation, kind, options)
  local only = not problem and options and options.provider
  if only and not self.providers[only] then problem = "provider: expected the name of a provider" end
  local known = operation == "*" or operation == "notification"
  for name, provider in pairs(self.providers) do
    known = known or (only or name) == name and provider.operations[operation]
  end
  if not known then problem = "operation: expected the name of an operation, *, or notification" end
  if problem then error(problem, 2) end
  self.faults:arm(operation, kind, options)
end

-- Not tail calls: the level of an error counts on them.

--- The payer pays. `options.card` is a test card's number, `options.provider` the provider meant. Returns
-- a table with `redirect` (where the browser goes) and the ids made, or `nil, err` (declined, expired,
-- paid already). What a provider holds as pending is approved.
function Sandbox:pay(reference, options)
  local result, err = act(self, "pay", reference, options)
  return result, err
end

--- The payer's card is declined. `options.provider` as for `pay`.
function Sandbox:decline(reference, options)
  local result, err = act(self, "decline", reference, options)
  return result, err
end

--- The payer goes back without paying. `options.provider` as for `pay`.
function Sandbox:back_out(reference, options)
  local result, err = act(self, "back_out", reference, options)
  return result, err
end

--- The merchant refunds in the provider's dashboard: `reference` is the id of a subscription, of an
-- invoice, of a one-off payment or of its session. `options.amount` (minor units) refunds a part.
function Sandbox:refund(reference, options)
  local result, err = act(self, "refund", reference, options)
  return result, err
end

--- The provider charges a subscription's next period now, where it does so on command alone.
-- `options.declined` (boolean) has it declined.
function Sandbox:renew(reference, options)
  local result, err = act(self, "renew", reference, options)
  return result, err
end

--- The card's owner has a payment charged back. `options.amount` (minor units) is a part of it.
function Sandbox:chargeback(reference, options)
  local result, err = act(self, "chargeback", reference, options)
  return result, err
end

--- Somebody who is not the provider sends a callback that says that an order was paid, made with what such
-- a person may have: for 4metas the public half of the key, for MinCloud nothing (a token that says of itself
-- that it is not signed). `options.provider` as for `pay`.
function Sandbox:forge(reference, options)
  local result, err = act(self, "forge", reference, options)
  return result, err
end

--- Changes options of a provider's simulator from now on: `provider` is its name, `options` a table of those
-- to change. A wrong one is an `error`. `reset` takes the first ones again.
function Sandbox:set(provider, options)
  local simulator = self.providers[provider]
  if not simulator or not simulator.set then error("expected a provider with options that can change", 2) end
  simulator:set(options)
end

--- Makes every charge of a customer's cards fail from now on (`failing` true), or work again.
function Sandbox:fail_card(customer, failing)
  for _, name in ipairs(self.names) do
    local provider = self.providers[name]
    if provider.fail_card and provider:fail_card(customer, failing ~= false) then return true end
  end
  return nil, error_of.new{ kind = "not_found", message = "customer: expected a known customer" }
end

--- The newest pages for a payer, by provider: lists of `{ url =, name =, status = }`.
function Sandbox:pages()
  self:settle()
  local out = {}
  for name, provider in pairs(self.providers) do out[name] = provider.pages and provider:pages() or {} end
  return out
end

-- The time that callbacks carry.
function Sandbox:stamp_ms()
  return self.sign_clock == "wall" and self.clock:wall() or self.clock:now()
end

--- Hands over the callbacks that are due. Without `fn`: returns them as a list of `{ id, url, method,
-- headers, body, provider, type }`, and they count as received. With `fn(request)`: calls it for each; it
-- returns the HTTP status of its answer and its body, or a table with `status` and `body`. What does not
-- acknowledge by the provider's rule is tried again on the provider's schedule, on the sandbox's clock.
-- With `reaches(url)`, only those whose address it takes. Returns the list either way.
function Sandbox:deliver(fn, reaches)
  self:settle()
  local out = {}
  for i, entry in ipairs(self.webhooks:due(reaches)) do
    out[i] = self.webhooks:request(entry, self:stamp_ms())
    if fn then
      local status, body = fn(out[i])
      if type(status) == "table" then status, body = status.status, status.body end
      self.webhooks:settle(entry, status, body)
    else
      self.webhooks:hand_over(entry)
    end
  end
  return out
end

--- Sends a callback once more, whatever became of it: `id` is an integer from `deliveries`.
function Sandbox:resend(id)
  if self.webhooks:again(id) then return true end
  return nil, error_of.new{ kind = "not_found", message = "id: expected the id of a callback" }
end

--- Queues an empty callback, as AppWheel's dashboard's Test button sends it; it is to be answered 200.
function Sandbox:test_webhook()
  for _, name in ipairs(self.names) do
    local provider = self.providers[name]
    if provider.test_callback then self.webhooks:push(provider:test_callback()) end
  end
end

--- All callbacks with their state (`waiting`, `delivered`, `failed`), tries and last answer.
function Sandbox:deliveries() return self.webhooks:list() end

--- Where callbacks go from now on that bring no address of their own: an absolute address, or nil for
-- nowhere. With `provider` (a name), those of that provider alone.
function Sandbox:set_webhook_url(url, provider)
  local problem = url and webhooks.problem(url)
  if provider and not self.providers[provider] then problem = "provider: expected the name of a provider" end
  if problem then error(problem, 2) end
  if provider then self.webhooks.urls[provider] = url else self.webhooks.url = url end
end

return M
