--- A shop with the handlers of obol.nginx over the sandbox in process: requests in, responses out.

local json = require "obol.json"
local obol = require "obol"
local sandbox = require "obol.sandbox"

local M = {}

M.T0 = 1700000000000
M.KEY, M.SECRET = "key-of-the-shop-0123456789", ("s"):rep(32)
M.URL = "https://shop.example/pay"
M.DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36"
M.PHONE = "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
M.WECHAT = M.PHONE .. " MicroMessenger/8.0.43"

local function accounts_of(found)
  local aw, rux, four, min = found.appwheel, found.ruxpay, found.fourmetas, found.mincloud
  return {
    subs = { provider = "appwheel", base_url = aw.base_url, app_id = aw.app_id, platform = aw.platform,
      secret = obol.secret(aw.secret), webhook_secret = obol.secret(aw.webhook_secret) },
    web = { provider = "mincloud", client_id = min.client_id, base_url = min.base_url, token = obol.secret(min.token),
      webhook_key = obol.secret(min.webhook_key) },
    cards = { provider = "ruxpay", base_url = rux.base_url, app_id = rux.app_id, merchant_no = rux.merchant_no,
      secret_key = obol.secret(rux.secret_key), auth = rux.auth },
    games = { provider = "fourmetas", api_base = four.api_base, pay_base = four.pay_base, game_id = four.game_id,
      rsa = { mode = four.rsa.mode, key = obol.secret(four.rsa.key) } },
  }
end

-- Path and query of an address.
local function target(url)
  local path, query = url:gsub("^https?://[^/]+", ""):match("^([^?]*)%??(.*)$")
  return path, query ~= "" and query or nil
end

local At = {}
At.__index = At

--- A shop: { box =, pay =, shop =, records =, found = (the sandbox's accounts) } with the methods below.
-- `options` replace those of the handlers. Time stands still, or with `now` is the machine's. `change` gets the
-- configuration before it is opened, and the sandbox's accounts.
function M.open(options, now, change)
  local self = { records = {} }
  self.box = sandbox.new { clock_ms = not now and M.T0 or nil, seed = "checkout" }
  self.box:set_webhook_url(M.URL .. "/notify/web", "mincloud")
  self.box:set_webhook_url(M.URL .. "/notify/subs", "appwheel")
  self.found = self.box:accounts()
  local function clock() return self.box:now_ms() end
  local config = { mode = "test", ledger = "memory", accounts = accounts_of(self.found),
    transport = self.box:transport(), clock = clock,
    log = function(record) self.records[#self.records + 1] = record end }
  if change then change(config, self.found) end
  self.pay = assert(obol.open(config))
  local all = { url = M.URL, secret = obol.secret(M.SECRET), keys = { obol.secret(M.KEY) }, clock = clock }
  for name, value in pairs(options or {}) do all[name] = value end
  self.shop = assert(obol.nginx.new(self.pay, all))
  -- Called with a dot, as the handlers are.
  for name, method in pairs(At) do self[name] = function(...) return method(self, ...) end end
  return self
end

--- How often an operation was called.
function At.calls(self, operation)
  local count = 0
  for _, record in ipairs(self.records) do
    if record.type == "call" and record.operation == operation then count = count + 1 end
  end
  return count
end

--- Gives a request to a handler; what it lacks is that of a browser on a desk.
function At.request(self, name, request)
  local headers = { ["user-agent"] = M.DESKTOP, accept = "text/html", ["accept-language"] = "en" }
  for header, value in pairs(request.headers or {}) do headers[header] = value or nil end
  return self.shop.answer(name, { method = request.method or "GET", path = request.path, query = request.query,
    headers = headers, body = request.body or "", remote_addr = request.remote_addr or "203.0.113.9" })
end

--- POSTs JSON to `create`.
function At.create(self, order, headers)
  local all = { ["content-type"] = "application/json", authorization = "Bearer " .. M.KEY, accept = "*/*" }
  for header, value in pairs(headers or {}) do all[header] = value end
  local answer = self.request("create", { method = "POST", path = "/pay/create", headers = all,
    body = type(order) == "string" and order or assert(json.encode(order)) })
  return answer, json.decode(answer.body)
end

--- A payer's browser, which keeps its cookie: get(url), post(url, body), submit(url, way).
function At.browser(self, headers)
  local browser, cookie = {}, nil
  local function call(name, method, url, body)
    local path, query = target(url)
    local all = { cookie = cookie and "obol_form=" .. cookie or nil,
      ["content-type"] = body and "application/x-www-form-urlencoded" or nil }
    for header, value in pairs(headers or {}) do all[header] = value end
    local answer = self.request(name, { method = method, path = path, query = query, headers = all, body = body })
    local set = answer.headers["set-cookie"]
    if set then cookie = set:match("^obol_form=([^;]+)") end
    return answer
  end
  function browser.get(url, name) return call(name or "checkout", "GET", url) end
  function browser.post(url, body) return call("checkout", "POST", url, body) end
  --- Loads the page and sends its form with this way.
  function browser.submit(url, way)
    local page = browser.get(url).body
    local action, proof = page:match('action="([^"]*)"'), page:match('name="form" value="([^"]*)"')
    local body = ("form=%s&way=%s"):format(proof or "", (way:gsub("/", "%%2F")))
    return browser.post(url:match("^[^?]*") .. (action or ""), body)
  end
  return browser
end

--- A link to the checkout of an order.
function At.link(self, order, checkout) return assert(self.shop.link(order, checkout)).url end

--- Delivers what providers have to say to `notify`; the answers.
function At.deliver(self)
  local answers = {}
  self.box:deliver(function(request)
    local path, query = target(request.url)
    local answer = self.shop.answer("notify", { method = request.method, path = path, query = query,
      headers = request.headers, body = request.body, remote_addr = "198.51.100.7" })
    answers[#answers + 1] = answer
    return answer.status, answer.body
  end)
  return answers
end

--- An order that WeChat, Alipay and QQ can take.
function M.tea(order_id, more)
  local order = { order_id = order_id, amount = "19.99", currency = "CNY", description = "蜡烛",
    return_url = "https://shop.example/paid", cancel_url = "https://shop.example/back" }
  for name, value in pairs(more or {}) do order[name] = value end
  return order
end

--- An order in US dollars, which cards, AppWheel and 4metas can take.
function M.lights(order_id, more)
  local order = { order_id = order_id, amount = "8.88", currency = "USD", description = "tea lights",
    customer = { id = "167123123123" }, billing = { country = "CA" },
    items = { { product_id = "price_lifetime", name = "tea lights", price = "8.88", quantity = 1, sku = "123" } },
    return_url = "https://shop.example/paid" }
  for name, value in pairs(more or {}) do order[name] = value end
  return order
end

return M
