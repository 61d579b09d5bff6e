-- One run: steps that the seed chooses, then rest: faults off, everything delivered and asked about until
-- nothing is open, and the comparison of the ledger with the provider's books.

local callers = require "spec.simulate.callers"
local chances = require "spec.simulate.chances"
local ending = require "spec.simulate.ending"
local mail = require "spec.simulate.mail"
local memory = require "obol.ledger.memory"
local outside = require "spec.simulate.outside"
local worlds = require "spec.simulate.world"

local M = {}

local unpack = table.unpack or unpack

local TASKS = 4

local function weighted(words)
  local list = {}
  for name, weight in words:gmatch "(%S+) (%d+)" do
    for _ = 1, tonumber(weight) do list[#list + 1] = name end
  end
  return list
end

callers.deliver, callers.replay = mail.deliver, mail.replay

-- What callers do and what happens around them, in runs of several moods: a bit of all, many refunds at once,
-- pages that are paid long after they were made (world.LATE), subscriptions that are changed (world.CHANGES).
local of_subscriptions = "refresh_subscription 2 switch_off 1 switch_on 1 change_plan 1 "
local moods = {
  { tasks = "create 6 refresh 3 get 1 cancel 1 refund 3 refresh_refund 1 deliver 6 replay 2 consume 1 reconcile 2 ",
    deeds = "pay 6 decline 1 back_out 1 forge 1 console 2 bank 2 renew 2 chargeback 1 fault 3 wait 3 wait_long 1 "
      .. "clock 1 late 2 crash 2 lose 1" },
  { tasks = "create 3 refresh 2 refund 10 refresh_refund 4 deliver 6 replay 1 consume 1 reconcile 1 ",
    deeds = "pay 8 console 2 bank 4 renew 1 fault 1 wait 2 late 1 crash 1" },
  { tasks = "create 8 refresh 4 get 1 refund 1 deliver 3 consume 1 reconcile 2 ",
    deeds = "pay 12 decline 1 forge 1 renew 1 fault 1 wait 1 wait_long 8 late 2 crash 1" },
  { tasks = "create 3 refresh 2 deliver 5 reconcile 3 consume 1 refresh_subscription 3 switch_off 5 switch_on 5 "
      .. "change_plan 5 ",
    deeds = "pay 10 fault 2 renew 2 card 1 wait 6 wait_long 1 crash 1 late 1" },
}

local function read_moods()
  for _, mood in ipairs(moods) do
    mood.subscribing = weighted(mood.tasks .. of_subscriptions)
    mood.tasks, mood.deeds = weighted(mood.tasks), weighted(mood.deeds)
  end
end

read_moods()

-- The same with flows among what callers do.
local function with_flows(tasks)
  local all = { unpack(tasks) }
  for _ = 1, 6 do
    all[#all + 1], all[#all + 2] = "sell", "run_flows"
  end
  return all
end

local function has_subscriptions(run)
  return run.adapter.name == "appwheel" or run.kind.renews or run.mood == worlds.CHANGES
end

local function check(run)
  local broken = run.invariants.broken
  if broken then error(broken, 0) end
end

local function begin(run, tasks)
  local name, process = chances.pick(run, tasks, "create"), run.random:pick(run.processes)
  run.tasks:start(("%s/%d"):format(name, process.number), process, callers[name], run, process)
end

local function deed(run, deeds)
  outside[chances.pick(run, deeds, "wait")](run)
end

local function go(run)
  local mood = moods[run.mood]
  local tasks = has_subscriptions(run) and mood.subscribing or mood.tasks
  if run.sells then tasks = with_flows(tasks) end
  for _ = 1, run.random:pick(run.mood >= worlds.LATE and { 40, 60 } or { 15, 25, 40 }) do
    local luck = run.random:upto(4)
    if luck == 1 and #run.tasks.tasks < TASKS then
      begin(run, tasks)
    elseif luck == 2 then
      deed(run, mood.deeds)
    else
      for _ = 1, run.random:upto(10) do
        if #run.tasks.tasks == 0 then break end
        run.tasks:step()
        check(run)
      end
    end
    check(run)
  end
end

--- Runs the seed and raises what does not hold. options = { trace =, kind =, flows = (whether orders are sold by
-- flows too), store = (a function that opens a
-- store) }. Answers the world at rest.
function M.run(seed, options)
  options = options or {}
  local open = options.store or memory.open
  local run = worlds.new(seed, { trace = options.trace, kind = options.kind, mood = options.mood, flows = options.flows,
    store = open() })
  run.handed = {}
  run:note("seed %d: %s, %d processes", seed, run.adapter.name, #run.processes)
  go(run)
  ending.settle(run, check)
  ending.check(run)
  check(run)
  run.plain_store:close()
  return run
end

return M
