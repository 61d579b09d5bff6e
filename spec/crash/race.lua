--- Many processes on one ledger, which create, notify, refund and look at the same orders, and run the same
-- flows, at once; then the ledger is held against the sandbox's books.

local audit = require "spec.crash.audit"
local harness = require "spec.crash.harness"
local json = require "obol.json"
local racers = require "spec.crash.racers"
local server = require "obol.sandbox.server"
local shops = require "spec.crash.shop"
local support = require "spec.store.support"

local M = {}

local START_MS = 1700000000000

-- One process; `point` is where it is killed, nil for one that lives.
local function start(url, folder, place, number, orders, point)
  return assert(io.popen(("TMPDIR=%s OBOL_CRASH_URL=%s OBOL_CRASH_FOLDER=%s OBOL_CRASH_LEDGER=%s " ..
    "OBOL_RACE_NUMBER=%d OBOL_RACE_ORDERS=%d OBOL_CRASH_POINT=%s exec timeout -k 5 200 %s " ..
    "spec/crash/racer.lua 2>&1"):format(folder, url, folder, support.quote(place), number, orders,
    point or "", harness.lua())))
end

local function give(race, word)
  race.turn = race.turn + 1
  local path = ("%s/turn%d"):format(race.folder, race.turn)
  support.write(path .. ".new", word)
  assert(os.rename(path .. ".new", path))
end

-- Gives everybody a word and waits until all have done it; what went wrong is added to `problems`.
local function turn(race, word)
  give(race, word)
  for number, pipe in ipairs(race.pipes) do
    local line = pipe:read "*l"
    if line and line:find "^killed " then
      race.killed = race.killed + 1
    elseif line ~= "done" and (line or not race.kills) then
      table.insert(race.problems, ("process %d, %s: %s"):format(number, word, tostring(line)))
    end
  end
end

-- Has the payers pay and every process hear of it.
local function notify(race)
  local list = race.shop:control("deliver", {}).delivered
  if #list == 0 then return end
  support.write(race.folder .. "/notifications", json.encode(list))
  turn(race, "notify")
end

local function pay(race)
  for _, row in ipairs(assert(race.shop.ledger:list("payments", { limit = 1000 }))) do
    race.shop:pays(assert(race.shop.pay.payments:get(row.order_id)))
  end
end

-- Alone, until all is settled: what those who were killed began is begun again.
local function settle(race, orders)
  for _, ms in ipairs { 30000, 60000, 300000, 900000, 3600000, 3600000, 60000, 60000 } do
    racers.create(race.shop, orders)
    racers.start_flows(race.shop, orders, 0)
    pay(race)
    race.shop:deliver()
    for number = 1, 4 do racers.refund(race.shop, orders, number) end
    race.shop:reconcile()
    race.shop:consume()
    race.shop:advance(ms)
  end
end

-- Every order was paid once; of RuxPay's, two refunds of four were made, and the others not even begun
-- while nothing was lost.
local function check_counts(race, orders)
  local made, refunded = { where = { status = "succeeded" }, limit = 1000 }, {}
  for _, row in ipairs(assert(race.shop.ledger:list("refunds", made))) do
    refunded[row.order_id] = (refunded[row.order_id] or 0) + 1
  end
  for place = 1, orders do
    local row = assert(race.shop.ledger:payment("A-" .. place))
    local wanted = row.account == "ruxpay" and 2 or 0
    local begun = assert(race.shop.ledger:list("refunds", { where = { order_id = row.order_id } }))
    if not race.kills and #begun ~= wanted then
      table.insert(race.problems, ("%s has %d refunds"):format(row.order_id, #begun))
    end
    if row.status ~= "succeeded" or row.surplus or (refunded[row.order_id] or 0) ~= wanted then
      table.insert(race.problems, ("%s is %s, with %d refunds"):format(row.order_id, row.status,
        refunded[row.order_id] or 0))
    end
  end
end

-- Every flow ended well, and each of its steps was made with one key; while nobody was killed, it was made once.
local function check_flows(race, orders)
  local effects, asked = {}, {}
  for _, line in ipairs(race.shop:lines "effects") do
    local step = line:match "^%S+ (.+)$"
    effects[step] = (effects[step] or 0) + 1
  end
  for _, line in ipairs(race.shop:lines "asked") do asked[line] = (asked[line] or 0) + 1 end
  for place = 1, orders do
    local flow = assert(race.shop.pay.flows:get("F-" .. place))
    local grants, thanks = effects[flow.id .. " grant"], effects[flow.id .. " thank"]
    if flow.status ~= "succeeded" or grants ~= 1 or thanks ~= 1 then
      table.insert(race.problems, ("%s is %s, with %s grants and %s thanks"):format(flow.id, flow.status,
        tostring(grants), tostring(thanks)))
    end
  end
  for line, count in pairs(asked) do
    if count > 1 and not race.kills then
      table.insert(race.problems, ("%s: asked for %d times"):format(line, count))
    end
  end
end

--- Runs a race on the ledger of `places`: `processes` of them, `orders`; `kills`: every third process is
-- killed in the middle. Answers what is wrong, a list, and how many were killed.
function M.run(places, processes, orders, kills)
  local race = { folder = support.folder(), pipes = {}, problems = {}, turn = 0, kills = kills, killed = 0 }
  local sandbox = assert(server.start { clock_ms = START_MS, webhook_url = "https://shop.example/notify",
    appwheel = { implicit_users = true } })
  local place = places.make()
  for number = 1, processes do
    -- (early enough that every process comes so far, however seldom others are in its way)
    local point = kills and number % 3 == 0 and number * 61 % 120 + 1 or nil
    race.pipes[number] = start(sandbox.url, race.folder, place, number, orders, point)
  end
  local ok, why = pcall(function()
    for _, pipe in ipairs(race.pipes) do assert(pipe:read "*l" == "ready") end
    race.shop = shops.open { url = sandbox.url, folder = race.folder, ledger = place }
    turn(race, "create")
    pay(race)
    notify(race)
    turn(race, "look")
    turn(race, "refund")
    race.shop:advance(6000)
    notify(race)
    turn(race, "look")
    turn(race, "consume")
    turn(race, "start_flows")
    pay(race)
    notify(race)
    turn(race, "run_flows")
    race.shop:advance(600000)
    turn(race, "run_flows")
    settle(race, orders)
    check_counts(race, orders)
    check_flows(race, orders)
    for _, problem in ipairs(audit.problems(race.shop.ledger, race.shop:control "books", race.shop)) do
      table.insert(race.problems, problem)
    end
  end)
  if not ok then table.insert(race.problems, tostring(why)) end
  give(race, "end")
  for _, pipe in ipairs(race.pipes) do
    pipe:read "*a"
    pipe:close()
  end
  if race.shop then race.shop.pay:close() end
  sandbox:stop()
  places.drop(place)
  support.remove(race.folder)
  return race.problems, race.killed
end

return M
