-- One client of one account over the sandbox in process, with all that it sends, logs and tells kept
-- for the specs to look at. What differs from provider to provider stands in spec/contract/<name>.lua.
--
-- An adapter has
-- - `name`, `secrets` (words of the configuration that become obol.secret values, dotted)
-- - `account(box, more)`: the configuration's words
-- - `ways`: how a payment is made: `{ name =, operation =, params = function(order_id), options =,
--   at_once = (outcome of a create that worked), lost = (outcome of one whose answer was lost and that
--   could not be asked about), is_money = whether it may take money at once,
--   like_another = whether only a word differs from another way }`
-- - `queries`: the operations that ask about a payment; `of_another(world, place)`: changes to a payment
--   that make it somebody else's, where that matters
-- - `more_secrets(box)`: texts that may be seen nowhere, besides the account's own
-- - `create`: patterns of the requests that create, `METHOD url`
-- - `orders(books)`: the books as a list of `{ id =, order_id =, key =, status = "open" | "paid" |
--   "ended" }`; `refunds(books)` the same of refunds, where there are any

local ledgers = require "obol.ledger"
local obol = require "obol"
local sandbox = require "obol.sandbox"

local M = { NOW = 1700000000000 }

M.names = { "acme", "appwheel", "fourmetas", "mincloud", "ruxpay" }

local World = {}
World.__index = World

function M.adapter(name) return require("spec.contract." .. name) end

-- The text of a request's body, also where it is a secret.
function M.bytes_of(body)
  if body == nil then return "" end
  return type(body) == "string" and body or body:reveal()
end

--- The words of an account, those at `paths` made secrets.
function M.with_secrets(words, paths)
  for _, path in ipairs(paths) do
    local at, last = words, path
    for name in path:gmatch "([^.]+)%." do at, last = at and at[name], path:match "[^.]+$" end
    if at and type(at[last]) == "string" then at[last] = obol.secret(at[last]) end
  end
  return words
end

local function recording(world, transport)
  local recorded = { sleep = function() end }
  function recorded.send(request, options)
    local reply, err = transport.send(request, options)
    world.sent[#world.sent + 1] = { line = request.method .. " " .. request.url, body = M.bytes_of(request.body),
      is_secret = type(request.body) == "userdata", print = tostring(request), headers = request.headers,
      reply = reply, err = err }
    return reply, err
  end
  return recorded
end

--- Opens a client over a new sandbox, or over `more.box`. more = { box =, account = (replaces members),
-- simulator = (options), mode = }.
function M.open(adapter, more)
  more = more or {}
  if adapter.define then adapter.define() end
  local options = { clock_ms = M.NOW, seed = "contract", webhook_url = "https://shop.example/notify" }
  options[adapter.name] = more.simulator
  local box = more.box or sandbox.new(options)
  if adapter.install and not more.box then adapter.install(box) end
  local world = setmetatable({ adapter = adapter, box = box, sent = {}, records = {}, alarms = {}, errors = {},
    told = {} }, World)
  world.words = adapter.account(box)
  for name, value in pairs(more.account or {}) do world.words[name] = value end
  world.words.provider = adapter.name
  world.ledger = ledgers.open "memory"
  world.pay = assert(obol.open{ mode = more.mode or "test", ledger = world.ledger,
    accounts = { it = M.with_secrets(world.words, adapter.secrets) },
    transport = recording(world, box:transport()), clock = function() return box:now_ms() end,
    log = function(record)
      world.records[#world.records + 1] = record
      if record.type == "alarm" then world.alarms[#world.alarms + 1] = record.alarm end
    end })
  if adapter.ready then adapter.ready(world) end
  return world
end

--- Creates the payment of `way`; answers it as it is recorded, or nil and the error.
function World:create(way, order_id, more)
  local params = way.params(order_id)
  for name, value in pairs(more or {}) do params[name] = value end
  local options = way.options and way.options(self)
  local noun = way.operation == "subscription.create" and self.pay.subscriptions or self.pay.payments
  local made, err = noun:create(params, options)
  if not made then
    self.errors[#self.errors + 1] = err
    return nil, err
  end
  self.errors[#self.errors + 1] = made.error
  return made.payment or made
end

function World:refresh(way, order_id)
  local payment, err = self.pay.payments:refresh(order_id, way.options and way.options(self))
  self.errors[#self.errors + 1] = err or payment.error
  return payment, err
end

--- How many requests that create were sent.
function World:creates()
  local count = 0
  for _, request in ipairs(self.sent) do
    for _, line in ipairs(self.adapter.create) do
      if request.line:find(line) then count = count + 1 end
    end
  end
  return count
end

function World:orders() return self.adapter.orders(self.box:books()[self.adapter.name]) end

function World:refunds() return self.adapter.refunds(self.box:books()[self.adapter.name]) end

--- How many of the books' orders are in a state.
function World:count(status)
  local count = 0
  for _, order in ipairs(self:orders()) do
    if order.status == status then count = count + 1 end
  end
  return count
end

--- The order of the books that was made under this key, nil where there is none.
function World:order_of(key)
  for _, order in ipairs(self:orders()) do
    if order.key == key then return order end
  end
end

--- What the payer has in hand: the page, or the provider's id.
function World.reference(_, payment)
  local action = payment.action or {}
  return payment.provider_id or action.url or action.data
end

function World:pays(payment) return self.box:pay(self:reference(payment), { provider = self.adapter.name }) end

function World:declines(payment) return self.box:decline(self:reference(payment), { provider = self.adapter.name }) end

--- Arms a fault of this provider.
function World:fault(operation, kind, options)
  local given = { provider = self.adapter.name }
  for name, value in pairs(options or {}) do given[name] = value end
  self.box:fault(operation, kind, given)
end

--- Makes every query of payments fail until `unblock`.
function World:block()
  for _, operation in ipairs(self.adapter.queries) do self:fault(operation, "status_503", { times = 1000 }) end
end

function World:unblock() self.box.faults:clear() end

--- Hands the client what is due, changed by `change(request)` before; answers replies and events.
function World:deliver(change)
  local replies, events = {}, {}
  self.box:deliver(function(request)
    if request.provider ~= self.adapter.name then return 200 end
    if change then change(request) end
    local reply, event, err = self.pay.notifications:receive("it", request)
    self.told[#self.told + 1] = event
    self.errors[#self.errors + 1] = err
    replies[#replies + 1], events[#events + 1] = reply, event or false
    return reply
  end)
  return replies, events
end

--- The outcome of a payment's last attempt.
function M.outcome(payment) return payment.attempts[#payment.attempts].outcome end

return M
