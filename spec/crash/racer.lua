-- One of many processes that do the same with the same orders at the same time. Environment as in
-- child.lua; OBOL_RACE_NUMBER is which of them this one is, OBOL_RACE_ORDERS how many orders there are.
-- Each word on the way (a file of the folder) is one thing to do; a line answers it.

local core = require "obol.core"
local json = require "obol.json"
local orders = require("spec.crash.scripts").orders
local shops = require "spec.crash.shop"
local wait = require "obol.wait"

local folder = os.getenv "OBOL_CRASH_FOLDER"
local shop = shops.open { url = os.getenv "OBOL_CRASH_URL", folder = folder, ledger = os.getenv "OBOL_CRASH_LEDGER" }
local number, count = tonumber(os.getenv "OBOL_RACE_NUMBER"), tonumber(os.getenv "OBOL_RACE_ORDERS")
local providers = { "ruxpay", "mincloud", "fourmetas", "appwheel" }
local limits = { timeout_ms = 20000 }

-- What a caller may be told who was not the first.
local fair = { conflict = true, invalid = true }

local function check(made, err)
  if not made and not fair[err.kind] then error(err) end
  return made, err
end

local words = {}

function words.create()
  for place = 1, count do
    local provider = providers[place % #providers + 1]
    local params = orders[provider]("A-" .. place, provider == "appwheel" and { customer = "u-" .. place } or nil)
    check(shop.pay.payments:create(params, { account = provider, timeout_ms = limits.timeout_ms }))
  end
end

-- Everybody gets every notification.
function words.notify()
  local file = assert(io.open(folder .. "/notifications", "rb"))
  local list = assert(json.decode(file:read "*a"))
  file:close()
  for place = 1, #list do shop:receive(list[(place + number) % #list + 1]) end
end

function words.look()
  for place = 1, count do check(shop.pay.payments:refresh("A-" .. place, limits)) end
  shop.pay:reconcile { at_once = 4 }
end

-- Four refunds of a third each, every one asked for by several: at most two can be made.
function words.refund()
  for place = 1, count do
    if providers[place % #providers + 1] == "ruxpay" then
      local params = { refund_id = ("R-%d-%d"):format(place, number % 4), amount = "3.00" }
      for _ = 1, 20 do
        local made, err = check(shop.pay.refunds:create("A-" .. place, params, limits))
        if made or err.kind ~= "conflict" then break end
      end
    end
  end
end

function words.consume() shop:consume() end

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
