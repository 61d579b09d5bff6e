--- The sandbox: simulators of payment systems for tests, in process or behind a private nginx.
--
--     local sandbox = require("obol.sandbox").new{}
--     obol.open{ transport = sandbox:transport(), accounts = { subs = ... sandbox:accounts().appwheel ... } }
--     sandbox:pay(checkout_url)      sandbox:advance(ms)      sandbox:books().appwheel.invoices
--
-- What a payer does (`pay`, `decline`, `back_out`) names a `reference`: a checkout address, the id of
-- a session, of an invoice or of a setup intent, or a customer who has one open session.

local clock = require "obol.sandbox.clock"
local error_of = require "obol.error"
local faults = require "obol.sandbox.faults"
local http = require "obol.sandbox.http"
local ids = require "obol.sandbox.ids"
local webhooks = require "obol.sandbox.webhooks"

local M = {}
local Sandbox = {}
Sandbox.__index = Sandbox

local simulators = { "appwheel" }

local option_types = {
  clock_ms = { number = true, ["function"] = true }, seed = { string = true }, origin = { string = true },
  webhook_url = { string = true }, sign_clock = { string = true }, appwheel = { table = true },
}

local function check_options(options)
  for name, value in pairs(options) do
    if not option_types[name] then error("unknown option of the sandbox: " .. tostring(name), 3) end
    if not option_types[name][type(value)] then error("wrong type of the sandbox's option " .. name, 3) end
  end
  local problem = options.webhook_url and webhooks.problem(options.webhook_url)
  if problem then error("webhook_" .. problem, 3) end
  local sign = options.sign_clock
  if sign and sign ~= "wall" and sign ~= "sandbox" then error("expected sign_clock wall or sandbox", 3) end
end

local function populate(self)
  self.faults = faults.new()
  local url = self.options.webhook_url
  if self.webhooks then url = self.webhooks.url end
  self.webhooks = webhooks.new{ url = url, clock = self.clock, faults = self.faults }
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
-- start), `webhook_url` (text), `sign_clock` (`wall` or `sandbox`: which clock callbacks are stamped
-- with; `sandbox` where `clock_ms` is a number, else `wall`), `appwheel` (options of that simulator).
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

--- For each provider the addresses and credentials of a ready account, in the configuration's words.
function Sandbox:accounts()
  local out = {}
  for name, provider in pairs(self.providers) do out[name] = provider:account() end
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
      local due = self.providers[name]:next_due()
      if due and due <= target and (not at or due < at) then first, at = self.providers[name], due end
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
-- * the connection ends: `refuse` (before acting), `commit_then_drop` and `reset` (after acting),
--   `torn` (within the body)
-- * the answer is late: `slow`, `stall_headers`, `stall_body`, `drip`
-- * it is spoilt: `empty`, `truncated`, `html`, `not_json`, `wrong_types`, `duplicate_names`,
--   `wrong_envelope`, `unlisted_code`, `two_content_lengths`, `oversized`, `gzip_bomb`
-- * it is another one: `status_500` (after acting); `status_503`, `status_429`, `status_401` and
--   `redirect` (before acting)
-- * the provider's clock is ahead: `clock_skew`
-- * a notification is `late`, `duplicated`, `reordered`, `forged`, signed with a `wrong_key`, or over
--   a `wrong_amount`
function Sandbox:fault(operation, kind, options)
  local known = operation == "*" or operation == "notification"
  for _, provider in pairs(self.providers) do known = known or provider.operations[operation] end
  local problem = not known and "operation: expected the name of an operation, *, or notification"
    or faults.problem(operation, kind, options)
  if problem then error(problem, 2) end
  self.faults:arm(operation, kind, options)
end

local function find(self, reference)
  if type(reference) ~= "string" then error("expected a reference as text", 3) end
  self:settle()
  for _, name in ipairs(self.names) do
    local provider = self.providers[name]
    local thing, err = provider:find(reference)
    if thing or err then return provider, thing, err end
  end
  return nil, nil, { kind = "not_found", message = "reference: expected a known session, invoice or customer" }
end

local function act(self, verb, reference, options)
  local provider, thing, problem = find(self, reference)
  local result
  if thing then result, problem = provider[verb](provider, thing, options or {}) end
  if result then return result end
  return nil, error_of.new{ kind = problem.kind or "provider", message = problem.message,
    provider_code = problem.code and string.format("%d", problem.code) or nil }
end

--- The payer pays. `options.card` is a test card's number. Returns a table with `redirect` (where the
-- browser goes) and the ids made, or `nil, err` (declined, expired, paid already).
function Sandbox:pay(reference, options) return act(self, "pay", reference, options) end

--- The payer's card is declined; the session stays open.
function Sandbox:decline(reference) return act(self, "decline", reference) end

--- The payer goes back without paying.
function Sandbox:back_out(reference) return act(self, "back_out", reference) end

--- The merchant refunds in the provider's dashboard: `reference` is the id of a subscription, of an
-- invoice, of a one-off payment or of its session. `options.amount` (minor units) refunds a part.
function Sandbox:refund(reference, options) return act(self, "refund", reference, options) end

--- Makes every charge of a customer's cards fail from now on (`failing` true), or work again.
function Sandbox:fail_card(customer, failing)
  for _, name in ipairs(self.names) do
    if self.providers[name]:fail_card(customer, failing ~= false) then return true end
  end
  return nil, error_of.new{ kind = "not_found", message = "customer: expected a known customer" }
end

-- The time that callbacks carry.
function Sandbox:stamp_ms()
  return self.sign_clock == "wall" and self.clock:wall() or self.clock:now()
end

--- Hands over the callbacks that are due. Without `fn`: returns them as a list of `{ url, method,
-- headers, body }`, and they count as received. With `fn(request)`: calls it for each; it returns the
-- HTTP status of its answer, and anything but 200 is tried again after 1, 5 and 30 s on the sandbox's
-- clock. Returns the list either way.
function Sandbox:deliver(fn)
  self:settle()
  local out = {}
  for i, entry in ipairs(self.webhooks:due()) do
    out[i] = self.webhooks:request(entry, self:stamp_ms())
    local status = 200
    if fn then status = fn(out[i]) end
    if type(status) == "table" then status = status.status end
    self.webhooks:settle(entry, status)
  end
  return out
end

--- Queues an empty callback, as the dashboard's Test button sends it; it is to be answered 200.
function Sandbox:test_webhook()
  self.webhooks:push{ provider = "appwheel", type = "test", body = "", misprice = function() return "" end,
    sign = function() return { ["content-type"] = "application/json" } end }
end

--- All callbacks with their state (`waiting`, `delivered`, `failed`), tries and last answer.
function Sandbox:deliveries() return self.webhooks:list() end

--- Where callbacks go from now on: an absolute address, or nil for nowhere.
function Sandbox:set_webhook_url(url)
  local problem = url and webhooks.problem(url)
  if problem then error(problem, 2) end
  self.webhooks.url = url
end

return M
