-- The world of one run: a provider of the sandbox, one ledger, and one or two processes with a client
-- each. A process that crashes forgets everything; the next one finds what was committed.

local contract = require "spec.contract.world"
local flows = require "spec.simulate.flows"
local generator = require "spec.simulate.generator"
local invariants = require "spec.simulate.invariants"
local ledgers = require "obol.ledger"
local mail = require "spec.simulate.mail"
local network = require "spec.simulate.network"
local obol = require "obol"
local sandbox = require "obol.sandbox"
local scheduler = require "spec.simulate.scheduler"
local simulators = require "obol.sandbox.simulators"
local store = require "spec.simulate.store"
local time = require "obol.client.time"

local unpack = table.unpack or unpack

local DAY = 86400000

-- Pages that can be paid for longer than anybody asks about them, by the simulators' own words.
local long = { mincloud = { order_life_ms = 30 * DAY }, fourmetas = { expire_after_ms = 30 * DAY } }

local World = {}
World.__index = World

local M = { NOW = 1700000000000, LATE = 3, CHANGES = 4 }

--- What is run, one after the other by the seed. `account` replaces words of the configuration, `ways` are the
-- only ways of paying, `is_silent` says that nobody is told what the console refunds.
M.kinds = {
  { name = "ruxpay" },
  { name = "mincloud", is_silent = true },
  { name = "fourmetas" },
  { name = "acme", is_silent = true },
  { name = "ruxpay", account = { confirm = false } },
  { name = "appwheel" },
  { name = "ruxpay", ways = { subscription = true }, is_silent = true, renews = true },
}

-- A client of this run counts its time by the sandbox's clock and has no randomness of its own.
local plain_add = time.add
local opening
time.add = function(client, opened)
  plain_add(client, opened)
  local run = opening
  if not run then return end
  client.elapsed = function() return run:elapsed() end
  client.random = function() return 0.5 end
  client.nonce = function(time_ms)
    run.nonces = run.nonces + 1
    return ("%d%06d"):format(time_ms, run.nonces)
  end
  client.unique = function() return client.nonce(0) end
end

local function account_of(run)
  local words = run.adapter.account(run.box)
  for name, value in pairs(run.kind.account or {}) do words[name] = value end
  words.provider = run.adapter.name
  return contract.with_secrets(words, run.adapter.secrets)
end

--- The way in which an order was made first, so that its amount stays the same.
function M.way_of(run, order_id)
  run.way[order_id] = run.way[order_id] or run.random:pick(run.ways)
  return run.way[order_id]
end

--- Opens the client of a process.
function World:open(process)
  opening = self
  process.pay = assert(obol.open{ mode = "test", ledger = ledgers.over(store.over(self, self.plain_store)),
    accounts = { it = account_of(self) }, flows = self.sells and flows.definitions(self, M.way_of) or nil,
    transport = network.transport(self),
    clock = function() return self.box:now_ms() + process.skew_ms end,
    log = function(record)
      if record.type == "alarm" then self:note("      alarm: %s", record.alarm) end
    end })
  opening = nil
end

--- The process ends where it stands, and another takes its place.
function World:crash(process)
  self:note("process %d crashes", process.number)
  self.tasks:kill(process)
  mail.hand_back(self, process)
  self:open(process)
end

--- Whether something of the kind happens that does so in `percent` of a hundred cases.
function World:luck(percent) return not self.calm and percent > 0 and self.random:chance(percent) end

--- Milliseconds since the run began.
function World:elapsed() return self.box.clock:now() - M.NOW end

--- A line of the trace. A function among the arguments is called with those behind it.
function World:note(format, first, second, ...)
  if not self.trace then return end
  if type(first) == "function" then return self.trace(format:format(first(second, ...))) end
  if type(second) == "function" then return self.trace(format:format(first, second(...))) end
  self.trace(format:format(first, second, ...))
end

--- The orders and refunds of the provider's books.
function World:orders() return self.adapter.orders(self.simulator:books()) end

function World:refunds()
  return self.adapter.refunds and self.adapter.refunds(self.simulator:books()) or {}
end

local function ways_of(run)
  local found, subscriptions = {}, {}
  for _, way in ipairs(run.adapter.ways) do
    if not run.kind.ways or run.kind.ways[way.name] then found[#found + 1] = way end
    if way.operation == "subscription.create" then subscriptions[#subscriptions + 1] = way end
  end
  return run.mood == M.CHANGES and #subscriptions > 0 and subscriptions or found
end

-- How rough the run is, by percent: units that fail, reads that fail, requests that do.
local function roughness(run)
  local random = run.random
  run.unit_faults = random:pick{ 0, 0, 2, 8 }
  run.read_faults = random:pick{ 0, 0, 0, 2 }
  run.net_faults = random:pick{ 0, 3, 10, 25 }
end

-- A sandbox without the simulators that are not needed: making them costs more than many a run.
local function one_simulator(name, options)
  local plain = { unpack(simulators) }
  for place = #plain, 1, -1 do simulators[place] = nil end
  for _, other in ipairs(plain) do
    if other == name then simulators[1] = name end
  end
  local ok, box = pcall(sandbox.new, options)
  for place, other in ipairs(plain) do simulators[place] = other end
  return assert(ok and box, box)
end

-- Beside what the provider has to tell, it says something wrong at times.
local function tell_more(run)
  local webhooks = run.box.webhooks
  local push = webhooks.push
  function webhooks.push(self, message)
    push(self, message)
    local kind = run.spoil
    if not kind then return end
    run.spoil = nil
    run:note("a notification beside the true one: %s", kind)
    run.box:fault("notification", kind, { provider = message.provider })
    push(self, message)
  end
end

--- The world of the run `seed`. options = { trace = (takes a line), store = (a store), kind = (an index of
-- M.kinds), mood = (an index of run.lua's moods) }
function M.new(seed, options)
  local self = setmetatable({ random = generator.new(seed), trace = options.trace, late = {}, mail = {}, carried = {},
    seen = {}, shown = {}, way = {}, nonces = 0,
    effects = {}, sells = options.flows }, World)
  self.kind = M.kinds[options.kind or seed % #M.kinds + 1]
  self.adapter = contract.adapter(self.kind.name)
  self.ledger_id = ("%032x"):format(seed)
  local mood = self.random:upto(4)
  self.mood = options.mood or mood
  self.box = one_simulator(self.adapter.name, { clock_ms = M.NOW, seed = "simulated " .. seed,
    webhook_url = "https://shop.example/notify",
    [self.adapter.name] = self.mood == M.LATE and long[self.adapter.name] or nil })
  if self.adapter.install then
    if self.adapter.define then self.adapter.define() end
    self.adapter.install(self.box)
  end
  self.simulator = self.box.providers[self.adapter.name]
  self.plain_transport, self.plain_store = self.box:transport(), options.store
  self.ways = ways_of(self)
  tell_more(self)
  self.tasks = scheduler.new(self.random, self.trace and function(...) return self:note(...) end)
  self.invariants = invariants.new(self)
  roughness(self)
  self.calm = true
  self.processes = {}
  for number = 1, self.random:pick{ 1, 1, 2 } do
    self.processes[number] = { number = number, skew_ms = 0 }
    self:open(self.processes[number])
  end
  self.pay = self.processes[1].pay
  if self.adapter.ready then self.adapter.ready(self) end
  self.order_ids = self.mood < M.LATE and self.random:pick{ { "A-1" }, { "A-1", "A-2" } } or { "A-1" }
  self.calm = false
  return self
end

return M
