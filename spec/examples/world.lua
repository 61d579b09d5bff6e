-- The world of the scripts in scripts/flows and scripts/routes: a sandbox in process with all their accounts, a client
-- with their rules, and what a shop's server and payers do.

local obol = require "obol"
local sandbox = require "obol.sandbox"

local M = {}
local World = {}
World.__index = World

M.T0 = 1700000000000
M.HOUR, M.DAY = 3600000, 86400000
M.SECRETS = { "secret", "secret_key", "webhook_secret", "webhook_key", "token" }

-- The account that a configuration gives a name, and the name that the sandbox gives it.
local names = { cards = "ruxpay", spare = "ruxpay_second", subs = "appwheel", web = "mincloud", games = "fourmetas" }
local by_provider = { ruxpay = "cards", appwheel = "subs", mincloud = "web", fourmetas = "games" }

local function account_of(words, provider)
  words.provider = provider
  for _, name in ipairs(M.SECRETS) do
    if words[name] then words[name] = obol.secret(words[name]) end
  end
  if words.rsa then words.rsa.key = obol.secret(words.rsa.key) end
  words.profit_share_function = nil
  return words
end

function World:accounts()
  local words, accounts = self.box:accounts(), {}
  for name, theirs in pairs(names) do
    local account = account_of(words[theirs], theirs:match "^%l+")
    if account.provider == "ruxpay" then account.expire_after = "30m" end
    accounts[name] = account
  end
  return accounts
end

--- A client of this world's accounts, with `more` in its configuration.
function World:open(more)
  local config = { mode = "test", ledger = "memory", accounts = self:accounts(), transport = self.box:transport(),
    clock = function() return self.box:now_ms() end,
    log = function(record)
      if record.type == "alarm" then self.alarms[#self.alarms + 1] = record.alarm end
    end }
  for name, value in pairs(more or {}) do config[name] = value end
  self.pay = assert(obol.open(config))
  return self.pay
end

--- A world at a fixed time.
function M.new(options)
  local box = sandbox.new { clock_ms = M.T0, seed = "examples", ruxpay = options and options.ruxpay }
  return setmetatable({ box = box, alarms = {} }, World)
end

--- What a shop's server does with the notifications that came: how many.
function World:deliver()
  local count = 0
  for _, incoming in ipairs(self.box:deliver()) do
    local name = incoming.url and incoming.url:match "/notify/(%w+)$" or by_provider[incoming.provider]
    local reply, _, err = self.pay.notifications:receive(name, incoming)
    assert(reply.status == 200 or reply.status == 201 or reply.status == 204, tostring(err))
    count = count + 1
  end
  return count
end

--- A client that runs the flows of these files in scripts/flows, with the rules of cards; what they ask of the shop's
-- own systems is in `self.backend` (see backend.lua).
function World:open_flows(...)
  local flows = {}
  for place, name in ipairs { ... } do flows[place] = ("scripts/flows/%s.lua"):format(name) end
  self.backend = require("spec.examples.backend").install()
  return self:open { routes = "scripts/routes/cards.lua", flows = flows }
end

--- What a shop's server does all the time: takes notifications, looks at what is unresolved, hands out events (to
-- `self.on_event`, if there is one), runs flows; until nothing more is due now.
function World:work()
  for _ = 1, 20 do
    if self.on_event then assert(self.pay.events:consume("flows", self.on_event)) end
    local count = self:deliver() + assert(self.pay:reconcile()).looked + assert(self.pay.flows:run()).looked
    if count == 0 then return end
  end
  error "there is always more to do"
end

--- Time goes by, and the server works, every `step` milliseconds (an hour).
function World:pass(ms, step)
  local left = ms
  while left > 0 do
    local now = math.min(left, step or M.HOUR)
    self.box:advance(now)
    self:work()
    left = left - now
  end
end

--- The transactions of the simulator of cards: a list of "<account> <state>", oldest first.
function World:card_sales()
  local list, second = {}, self.box:accounts().ruxpay_second.app_id
  for place, row in ipairs(self.box:books().ruxpay.payments) do
    list[place] = (row.app_id == second and "spare " or "cards ") .. row.status
  end
  return list
end

--- A payment by card as a pay page's server makes it; the CVV decides what becomes of it.
function M.card(order_id, more)
  local params = {
    order_id = order_id, method = "card", amount = "8.88", currency = "USD",
    customer = { id = "u-7", ip = "203.0.113.9" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } }, billing = { country = "CA" },
    card = { number = obol.secret "4300000000000000", exp_month = 12, exp_year = 2030, holder = "Ann Onym",
      cvv = obol.secret(more and more.cvv or "123") },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/{account}",
  }
  for name, value in pairs(more or {}) do params[name] = value end
  params.cvv = nil
  return params
end

return M
