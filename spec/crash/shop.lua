--- The shop of the crash test: one client over the sandbox's server, and what its caller, its payer and
-- its providers remember whatever becomes of the process. That stands in files of a folder; a line that
-- was written is as good as sent.

local flows = require "spec.crash.flows"
local json = require "obol.json"
local ledgers = require "obol.ledger"
local obol = require "obol"
local points = require "spec.crash.points"
local wait = require "obol.wait"

local M = {}

local Shop = {}
Shop.__index = Shop

-- Long enough for every answer, so that the lease of a lost call is over soon on the shop's clock.
local OPTIONS = { timeout_ms = 20000 }
local secrets = { appwheel = { "secret", "webhook_secret" }, mincloud = { "token", "webhook_key" },
  ruxpay = { "secret_key" }, ruxpay_second = { "secret_key" }, fourmetas = {} }
-- What no caller names an account for goes from the first to the second one of RuxPay.
local routes = { { name = "cards", to = { "ruxpay", "ruxpay_second" }, failover = { declined = { "101" } } } }

local function append(path, line)
  points.rest()
  local file = assert(io.open(path, "ab"))
  assert(file:write(line, "\n"))
  file:close()
end

local function lines_of(path)
  local list, file = {}, io.open(path, "rb")
  if not file then return list end
  for line in file:lines() do list[#list + 1] = line end
  file:close()
  return list
end

--- Calls the sandbox's controls, which is none of the shop's business.
function Shop:control(verb, input)
  points.rest()
  local reply = assert(self.wire.send {
    method = input and "POST" or "GET", url = self.url .. "/_sandbox/" .. verb,
    body = input and (next(input) and json.encode(input) or "{}") or nil,
    headers = input and { ["content-type"] = "application/json" } or nil,
  })
  return assert(json.decode(reply.body)), reply.status
end

local function accounts_of(shop, ready)
  local accounts = {}
  for name, members in pairs(secrets) do
    local words = ready[name]
    words.provider = name:match "^%l+"
    for _, member in ipairs(members) do words[member] = obol.secret(words[member]) end
    accounts[name] = words
  end
  accounts.fourmetas.rsa.key = obol.secret(accounts.fourmetas.rsa.key)
  shop.payer_token = ready.mincloud_payer.token
  return accounts
end

--- Opens the shop: about = { url = (of the sandbox's server), folder =, ledger = (its place) }.
function M.open(about)
  local shop = setmetatable({ url = about.url, folder = about.folder, alarms = {} }, Shop)
  shop.wire = assert(wait.transport {})
  shop.now = shop:control("clock").now_ms
  -- a slow machine may keep many waiting for each other
  shop.ledger = assert(ledgers.open(about.ledger, { busy_ms = 60000 }))
  shop.pay = assert(obol.open {
    mode = "test", ledger = ledgers.over(points.store(shop.ledger.store)),
    accounts = accounts_of(shop, shop:control "accounts"), routes = routes, flows = flows.definitions(shop),
    transport = points.transport(assert(wait.transport {})),
    clock = function() return shop.now end,
    log = function(record)
      if record.type == "alarm" then shop.alarms[#shop.alarms + 1] = record.alarm end
    end,
  })
  return shop
end

function Shop:file(name) return self.folder .. "/" .. name end

--- What is written in one of the files: a list of lines.
function Shop:lines(name) return lines_of(self:file(name)) end

--- Does something that happens once, whatever becomes of the process that asked for it.
function Shop:once(name, fn)
  for _, line in ipairs(self:lines "once") do
    if line == name then return end
  end
  if fn() ~= false then append(self:file "once", name) end
end

function Shop:advance(ms) self.now = self:control("advance", { ms = ms }).now_ms end

--- Lets time pass, once.
function Shop:pass_time(name, ms) self:once("time for " .. name, function() self:advance(ms) end) end

local function options_of(account, more)
  local options = { timeout_ms = OPTIONS.timeout_ms, account = account }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

--- Makes a payment: it, or nil where nothing came of it. Without an account the rules choose it.
function Shop:create(account, params, more)
  return (self.pay.payments:create(params, options_of(account, more)))
end

function Shop:subscribe(account, params)
  local subscription = self.pay.subscriptions:create(params, options_of(account))
  return subscription and subscription.payment
end

--- The options of a call that is made in the payer's name.
function Shop:payer() return { token = obol.secret(self.payer_token) } end

--- The payer pays what there is to pay, once for each order.
function Shop:pays(payment, name)
  if not payment then return end
  local open = payment.status == "requires_action" or payment.status == "processing" or name
  local action = payment.action or {}
  local reference = not name and payment.provider_id or action.url or action.data
  if not open or not reference then return end
  self:once(("%s of %s"):format(name or "payment", payment.order_id), function()
    local _, status = self:control("pay", { reference = reference })
    return status == 200
  end)
end

function Shop:refund(order_id, params) return (self.pay.refunds:create(order_id, params, OPTIONS)) end

function Shop:refresh(order_id, more) return (self.pay.payments:refresh(order_id, options_of(nil, more))) end

function Shop:refresh_plan(order_id) return (self.pay.subscriptions:refresh(order_id, OPTIONS)) end

--- Changes a subscription: `verb` is `cancel`, `renew` or `update`, whose params are given.
function Shop:change(verb, order_id, params)
  if params then return (self.pay.subscriptions[verb](self.pay.subscriptions, order_id, params, OPTIONS)) end
  return (self.pay.subscriptions[verb](self.pay.subscriptions, order_id, OPTIONS))
end

--- Whether the shop knows that an order is paid.
function Shop:paid(order_id)
  local payment = self.pay.payments:get(order_id)
  return payment ~= nil and payment.status == "succeeded"
end

--- Has something go wrong at the provider, see the sandbox's `fault`.
function Shop:fault(operation, kind, more)
  local input = { operation = operation, kind = kind }
  for name, value in pairs(more or {}) do input[name] = value end
  self:control("fault", input)
end

--- Somebody pays another order that MinCloud has for this one, once.
function Shop:pays_another(order_id)
  self:once("another payment of " .. order_id, function()
    for _, row in ipairs(self:control("books").mincloud.orders) do
      if row.order_id == order_id and row.status == "pending" then
        local _, status = self:control("pay", { reference = row.trade_no, provider = "mincloud" })
        return status == 200
      end
    end
    return false
  end)
end

--- What somebody does at the provider, once it was paid: `refund`, `renew`, `chargeback`.
function Shop:by_hand(verb, order_id, more)
  local payment = self.pay.payments:get(order_id)
  if not payment or payment.status ~= "succeeded" then return end
  self:once(("%s of %s, %d"):format(verb, order_id, more and more.declined and 2 or 1), function()
    local input = { reference = payment.provider_id }
    for name, value in pairs(more or {}) do input[name] = value end
    local _, status = self:control(verb, input)
    return status == 200
  end)
end

--- Takes a notification.
function Shop:receive(request)
  points.pass("before receiving a notification of " .. request.provider)
  local name = request.url:match "/notify/([%w_]+)$" or request.provider
  local reply, event, err = self.pay.notifications:receive(name, request)
  points.pass("before answering a notification of " .. request.provider)
  if not event or err then return end
  -- answered: the provider will not send this one again
  local id = event.id and ("%s/%s"):format(name, event.id)
    or ("%s/sha256/%s"):format(name, obol.crypto.hex(obol.crypto.digest("sha256", request.body)))
  append(self:file "answered", ("%d %d %s %s"):format(request.id, reply.status, event.verified_by or "nobody", id))
  points.pass("after answering a notification of " .. request.provider)
end

local function numbers(shop, name)
  local found = {}
  for _, line in ipairs(shop:lines(name)) do found[tonumber(line:match "^%d+")] = true end
  return found
end

-- A provider sends what was not answered again, until it is.
local function send_again(shop)
  local answered, again = numbers(shop, "answered"), numbers(shop, "again")
  for _, entry in ipairs(shop:control("deliveries").deliveries) do
    if entry.attempts > 0 and not answered[entry.id] and not again[entry.id] then
      shop:control("resend", { id = entry.id })
      append(shop:file "again", ("%d"):format(entry.id))
    end
  end
end

--- Hands the shop the notifications that are due, with those that it never answered.
function Shop:deliver()
  send_again(self)
  for _, request in ipairs(self:control("deliver", {}).delivered) do self:receive(request) end
end

--- Has every notification come once more.
function Shop:deliver_again(name)
  self:once("again " .. (name or "in the script"), function()
    for _, entry in ipairs(self:control("deliveries").deliveries) do self:control("resend", { id = entry.id }) end
  end)
  self:deliver()
end

--- The shop's own books of the events that it was handed. Whether it was, or nil while a process that
-- died may still be at it.
function Shop:consume()
  local done, err = self.pay.events:consume("shop", function(event)
    points.pass("before taking the event " .. event.type)
    append(self:file "taken", ("%d %s %s"):format(event.seq, event.order_id or "-", event.id))
    points.pass("after taking the event " .. event.type)
  end)
  if not done and not (err.kind == "conflict" and err.retryable) then error(err) end
  return done ~= nil or nil
end

--- Asks about all that is not settled and due, one after the other, and goes on with flows.
function Shop:reconcile()
  assert(self.pay:reconcile { at_once = 1, timeout_ms = OPTIONS.timeout_ms })
  self:run_flows()
end

--- Goes on with flows that are due.
function Shop:run_flows() assert(self.pay.flows:run { at_once = 1 }) end

--- Starts a flow, or finds that it was started.
function Shop:flow(name, id, input) return (self.pay.flows:start(name, input, { id = id })) end

--- Says a word to a flow, once as far as anybody knows.
function Shop:tell(id, name, value)
  self:once(("%s to %s"):format(name, id), function() return self.pay.flows:tell(id, name, value) ~= nil end)
end

--- A line of the shop's own: whether it stands there, and writing it.
function Shop:knows(line)
  for _, known in ipairs(self:lines "notes") do
    if known == line then return true end
  end
  return false
end

function Shop:note(line) append(self:file "notes", line) end

--- What a flow's step does in the shop's books: once for each key, however often it is asked for.
function Shop:effect(flow, name, key)
  points.pass("before the step " .. name)
  local line = ("%s %s %s"):format(key, flow, name)
  append(self:file "asked", line)
  local is_there = false
  for _, known in ipairs(self:lines "effects") do is_there = is_there or known:find(key .. " ", 1, true) == 1 end
  if not is_there then append(self:file "effects", line) end
  points.pass("after the step " .. name)
  return { name = name }
end

return M
