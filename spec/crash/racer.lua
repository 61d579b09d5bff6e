-- One of many processes that do the same with the same orders at the same time. Environment as in
-- child.lua; OBOL_RACE_NUMBER is which of them this one is, OBOL_RACE_ORDERS how many orders there are.
-- Each word on the way (a file of the folder) is one thing to do; a line answers it.

local core = require "obol.core"
local json = require "obol.json"
local racers = require "spec.crash.racers"
local shops = require "spec.crash.shop"
local wait = require "obol.wait"

local folder = os.getenv "OBOL_CRASH_FOLDER"
local shop = shops.open { url = os.getenv "OBOL_CRASH_URL", folder = folder, ledger = os.getenv "OBOL_CRASH_LEDGER" }
local number, count = tonumber(os.getenv "OBOL_RACE_NUMBER"), tonumber(os.getenv "OBOL_RACE_ORDERS")
local words = {}

function words.create() racers.create(shop, count) end
function words.look() racers.look(shop, count) end
function words.refund() racers.refund(shop, count, number) end
function words.start_flows() racers.start_flows(shop, count, number) end
function words.run_flows() assert(shop.pay.flows:run { at_once = 4 }) end
function words.consume() shop:consume() end

-- Everybody gets every notification.
function words.notify()
  local file = assert(io.open(folder .. "/notifications", "rb"))
  local list = assert(json.decode(file:read "*a"))
  file:close()
  for place = 1, #list do shop:receive(list[(place + number) % #list + 1]) end
end

io.stdout:setvbuf "no"
print "ready"
local turn = 0
while true do
  turn = turn + 1
  local path = ("%s/turn%d"):format(folder, turn)
  local file
  local since = core.monotonic_ms()
  repeat
    file = io.open(path, "rb")
    if not file then wait.sleep(5) end
    assert(core.monotonic_ms() - since < 120000, "nobody gave a word")
  until file
  local word = file:read "*a"
  file:close()
  if word == "end" then break end
  shop.now = shop:control("clock").now_ms
  local ok, why = pcall(words[word])
  print(ok and "done" or ("failed " .. tostring(why):gsub("\n.*", "")))
end
shop.pay:close()
