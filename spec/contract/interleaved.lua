-- Random runs of one provider in which nothing waits for anything: calls of the client and deliveries
-- of notifications are coroutines that may be left before and after every request and every step of the
-- ledger, while the payer, the console and faults of the provider do what they like. When all has come to
-- rest, the ledger is compared with the sandbox's books.

local sandbox = require "obol.sandbox"
local worlds = require "spec.contract.world"

local M = {}

local HOUR = 3600000
local STEPS, TASKS = 60, 5
local ORDERS = { "A-1", "A-2", "A-3" }

local Run = {}
Run.__index = Run

local function generator(seed)
  local state = (seed * 7919 + 12345) % 4294967296
  return function(limit)
    state = (state * 1664525 + 1013904223) % 4294967296
    return math.floor(state / 65536) % limit + 1
  end
end

local function yield()
  local _, main = coroutine.running()
  if coroutine.running() and not main then coroutine.yield() end
end

-- The box's transport, left before a request arrives and before its answer does.
local function stepping(box)
  local plain = box:transport()
  box.transport = function()
    return { send = function(request, options)
      yield()
      local reply, err = plain.send(request, options)
      yield()
      return reply, err
    end }
  end
end

-- The ledger, left before every step of it.
local function step_ledger(run)
  local store = run.world.ledger.store
  for _, name in ipairs{ "get", "select", "run" } do
    local plain = store[name]
    store[name] = function(self, ...)
      if run.random(3) == 1 then yield() end
      return plain(self, ...)
    end
  end
end

function Run:start(what, fn, ...)
  local task = { what = what, thread = coroutine.create(fn) }
  self.log[#self.log + 1] = what
  self:resume(task, ...)
  if coroutine.status(task.thread) ~= "dead" then self.tasks[#self.tasks + 1] = task end
end

function Run.resume(_, task, ...)
  local ok, err = coroutine.resume(task.thread, ...)
  if not ok then error(debug.traceback(task.thread, task.what .. ": " .. tostring(err)), 0) end
end

function Run:step()
  local place = self.random(#self.tasks)
  local task = self.tasks[place]
  self:resume(task)
  if coroutine.status(task.thread) == "dead" then table.remove(self.tasks, place) end
end

function Run:rest() while #self.tasks > 0 do self:step() end end

-- Hands one request to the client, as often as it comes.
function Run:receive(request)
  local reply, event, err = self.world.pay.notifications:receive("it", request)
  assert(type(reply) == "table" and reply.status, "a reply is always there")
  self.log[#self.log + 1] = ("  -> %d %s"):format(reply.status, err and tostring(err) or event and event.type or "-")
  return reply
end

local function copied(request)
  local out = {}
  for name, value in pairs(request) do out[name] = value end
  return out
end

-- The same with one byte changed in its body.
function Run:altered(request)
  local out, at = copied(request), self.random(math.max(#request.body, 1))
  out.body = request.body:sub(1, at - 1) .. string.char(self.random(94) + 32) .. request.body:sub(at + 1)
  return out
end

-- What the network does with a notification: nil for no answer.
function Run:carry(request)
  local name, luck = self.world.adapter.name, self.random(10)
  if request.provider ~= name then return 200 end
  self.seen[#self.seen + 1] = copied(request)
  if luck == 1 and not self.honest then return nil end
  if luck == 2 and not self.honest then
    self:start("altered", self.receive, self, self:altered(request))
    self:start("twice", self.receive, self, copied(request))
  end
  local reply = self:receive(request)
  if luck == 3 and not self.honest then return nil end
  return reply
end

function Run:deliver()
  self.world.box:deliver(function(request) return self:carry(request) end)
end

function Run:any_order() return ORDERS[self.random(#ORDERS)] end

function Run:any_way() return self.ways[self.random(#self.ways)] end

-- The way in which an order was made first, so that its amount stays the same.
function Run:way_of(order_id)
  self.way[order_id] = self.way[order_id] or self:any_way()
  return self.way[order_id]
end

-- Something that the books know, for the payer to act on.
function Run:any_id()
  local orders = self.world:orders()
  local order = #orders > 0 and orders[self.random(#orders)]
  return order and order.id
end

local actions = {}

function actions.create(run)
  local id = run:any_order()
  local made, err = run.world:create(run:way_of(id), id)
  run.log[#run.log + 1] = "  created " .. id .. " " .. tostring(made and made.status or err)
end

function actions.refresh(run)
  local id = run:any_order()
  if run.world.ledger:payment(id) then run.world:refresh(run:way_of(id), id) end
end

function actions.refund(run)
  local id, number = run:any_order(), run.random(3)
  local ok = run.world.pay.refunds:create(id, { refund_id = id .. "-R" .. number,
    amount = ({ "1.11", "2.22", "8.88" })[number] })
  run.log[#run.log + 1] = "  refund " .. id .. " " .. tostring(ok and ok.status)
end

function actions.refresh_refund(run)
  local list = run.world.ledger:list("refunds", {})
  if #list > 0 then run.world.pay.refunds:refresh(list[run.random(#list)].refund_id) end
end

function actions.replay(run)
  if #run.seen > 0 then run:receive(copied(run.seen[run.random(#run.seen)])) end
end

actions.deliver = Run.deliver

local deeds = {}

local function on_the_books(verb)
  deeds[verb] = function(run)
    local id = run:any_id()
    if id then run.world.box[verb](run.world.box, id, { provider = run.world.adapter.name }) end
  end
end

on_the_books "pay"
on_the_books "decline"
on_the_books "forge"

function deeds.console(run)
  local id = not run.silent_console and run:any_id()
  if id then run.world.box:refund(id, { provider = run.world.adapter.name, amount = 100 + run.random(300) }) end
end

function deeds.renew(run)
  local id = run.renews and run:any_id()
  if id then run.world.box:renew(id, { provider = run.world.adapter.name, declined = run.random(4) == 1 }) end
end

local faults = { "commit_then_drop", "refuse", "truncated", "status_500", "status_503", "html", "torn", "empty",
  "unlisted_code", "status_429" }
local asked = { "payment.create", "payment.query", "refund.create", "refund.query", "subscription.create" }

function deeds.fault(run)
  local operation = asked[run.random(#asked)]
  if run.world.box.providers[run.world.adapter.name].operations[operation] then
    local kind = faults[run.random(#faults)]
    run.log[#run.log + 1] = "  " .. operation .. " " .. kind
    run.world:fault(operation, kind)
  end
end

-- Time goes by while nothing is under way: a call that takes longer ends by its limit.
function deeds.wait(run)
  run:rest()
  run.world.box:advance(run.random(run.random(8) == 1 and 30 * HOUR or 600000))
end

local some = { "create", "create", "refresh", "refund", "refresh_refund", "replay", "deliver", "deliver" }
local others = { "pay", "pay", "decline", "forge", "console", "fault", "wait", "renew" }

-- Everything arrives, everything is asked about, until nothing is left to come.
function Run:settle()
  self:rest()
  self.honest = true
  self.world.box.faults:clear()
  for _ = 1, 14 do
    self:deliver()
    for _, id in ipairs(ORDERS) do
      if self.world.ledger:payment(id) then self.world:refresh(self:way_of(id), id) end
    end
    for _, row in ipairs(self.world.ledger:list("refunds", { limit = 1000 })) do
      self.world.pay.refunds:refresh(row.refund_id)
    end
    self.world.box:advance(4 * HOUR)
  end
end

--- One run; answers it at rest. `more` = { account =, simulator = (options), ways = (a set of names),
-- silent_console = (nobody refunds there: the provider would tell nobody), renews = (subscriptions are
-- charged again) }.
function M.run(adapter, seed, more)
  more = more or {}
  local box = sandbox.new{ clock_ms = worlds.NOW, seed = "interleaved " .. seed,
    webhook_url = "https://shop.example/notify", [adapter.name] = more.simulator }
  stepping(box)
  if adapter.install then
    if adapter.define then adapter.define() end
    adapter.install(box)
  end
  local self = setmetatable({ random = generator(seed), tasks = {}, seen = {}, way = {}, log = {}, order_ids = ORDERS,
    silent_console = more.silent_console, renews = more.renews, ways = {} }, Run)
  for _, way in ipairs(adapter.ways) do
    if not more.ways or more.ways[way.name] then self.ways[#self.ways + 1] = way end
  end
  self.world = worlds.open(adapter, { box = box, account = more.account })
  step_ledger(self)
  for _ = 1, STEPS do
    local luck = self.random(3)
    if luck == 1 and #self.tasks < TASKS then
      local name = some[self.random(#some)]
      self:start(name, actions[name], self)
    elseif luck == 2 then
      local name = others[self.random(#others)]
      self.log[#self.log + 1] = name
      deeds[name](self)
    elseif #self.tasks > 0 then
      for _ = 1, self.random(12) do
        if #self.tasks > 0 then self:step() end
      end
    end
  end
  self:settle()
  return self
end

return M
