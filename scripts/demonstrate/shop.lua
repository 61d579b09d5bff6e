-- The shop of the example flows: all accounts of the sandbox, the rules of scripts/routes, and a server that takes
-- callbacks and runs flows.

local obol = require "obol"
local stage = require "stage"

local M = {}

-- The account that the examples give a name, and the name that the sandbox gives it.
local names = { cards = "ruxpay", spare = "ruxpay_second", subs = "appwheel", web = "mincloud", games = "fourmetas" }
local by_provider = { appwheel = "subs", mincloud = "web" }
local secrets = { "secret", "secret_key", "webhook_secret", "webhook_key", "token" }

-- This folder's parent.
M.scripts = debug.getinfo(1, "S").source:match "^@(.*)/demonstrate/[^/]*$" or ".."

local function account_of(name, words)
  words.provider = name:match "^%l+"
  for _, word in ipairs(secrets) do words[word] = words[word] and obol.secret(words[word]) end
  words.profit_share_function = nil
  if words.rsa then words.rsa = { mode = words.rsa.mode, key = obol.secret(words.rsa.key) } end
  return words
end

--- A client of all accounts, with `more` in its configuration.
function M.open(more)
  -- asked for now: a token ends with its time
  local accounts, found = {}, stage.control("GET", "accounts")
  for name, theirs in pairs(names) do accounts[name] = account_of(theirs, found[theirs]) end
  return stage.open_all(accounts, more)
end

-- Takes the callbacks that came: how many.
local function take(pay)
  local delivered = stage.control("POST", "deliver", {}).delivered
  for _, incoming in ipairs(delivered) do
    local account = by_provider[incoming.provider] or incoming.url:match "/notify/(%l+)$"
    local reply = pay.notifications:receive(account, incoming)
    stage.expect(reply.status < 300, "the callback to be acknowledged, got " .. reply.status)
  end
  return #delivered
end

--- What the server does all the time, until nothing is left to do now.
function M.work(pay)
  repeat
    local count = take(pay) + stage.must(pay:reconcile()).looked + stage.must(pay.flows:run()).looked
  until count == 0
end

--- Time goes by, `count` times `ms`, and the server works.
function M.pass(pay, ms, count)
  for _ = 1, count or 1 do
    stage.advance(ms)
    M.work(pay)
  end
end

--- A payment by a test card, as the server of a page for cards makes it.
function M.card(order_id, customer)
  return { order_id = order_id, method = "card", amount = "8.88", currency = "USD",
    customer = { id = customer, ip = "203.0.113.9" }, billing = { country = "CA" },
    items = { { name = "tea lights", price = "8.88", quantity = 1 } },
    card = { number = obol.secret "4300000000000000", cvv = obol.secret "123", exp_month = 12, exp_year = 2030,
      holder = "Ann Onym" },
    return_url = "https://shop.example/back", notify_url = "https://shop.example/notify/{account}" }
end

return M
