-- Calls beneath everything inside nginx: a client whose provider is this nginx itself, and what became of its calls.

local app = require "spec.nginx.app"
local obol = require "obol"
local reader = require "obol.wait.nginx.reader"

local ngx = rawget(_G, "ngx")
local M = {}

local base = "http://127.0.0.1:" .. ngx.var.server_port .. "/"

local function open(more)
  local function account(path)
    return { provider = "mincloud", client_id = "c-1", base_url = path, token = obol.secret "t" }
  end
  local words = { mode = "test", ledger = "memory", accounts = { web = account(base .. "provider"),
    held = account(base .. "held"), limited = account(base .. "limited"), torn = account(base .. "torn"),
    gone = account "http://127.0.0.1:1" } }
  for key, value in pairs(more or {}) do words[key] = value end
  return assert(obol.open(words))
end

local pay = open()
pay:count { call = function(account, operation, outcome, duration_ms)
  ngx.shared.seen:incr("counted_" .. account, 1, 0)
  app.see("last_" .. account, { operation = operation, outcome = outcome, ms = duration_ms })
end }

-- Whoever is told of calls may wait, as with a cosocket.
local logged = open { log = function(record)
  ngx.sleep(0.01)
  app.see("logged", { account = record.account, outcome = record.outcome, sends = record.sends })
end }

local function call(client)
  local result, err = client:call(ngx.var.arg_account, "payment.create", { order_id = "A-1", method = "wechat_qr",
    amount = ngx.var.arg_amount or "19.99", currency = "CNY", description = "tea" }, { timeout_ms = 5000 })
  return { outcome = result and result.outcome or err.outcome, data = result and result.action and result.action.data,
    kind = err and err.kind, field = err and err.field, retry_after_ms = err and err.retry_after_ms,
    request_id = err and err.request_id }
end

function M.call() app.say(call(pay)) end

function M.logged() app.say(call(logged)) end

--- Two at once in light threads of one request, and one in a timer.
function M.at_once()
  local one, other = ngx.thread.spawn(call, pay), ngx.thread.spawn(call, pay)
  local _, first = ngx.thread.wait(one)
  local _, second = ngx.thread.wait(other)
  app.say { first, second }
end

function M.in_filter()
  local result, err = pay:call("web", "payment.create", {})
  app.see("filter", { result = result, kind = err.kind, outcome = err.outcome })
end

--- Hands over a piece of work that does not end with its answer, or fails: what it sees stands in `seen`.
function M.work()
  local work, channel = { name = ngx.var.arg_name }, require("obol.core").net.new()
  function work.take_up(self, reply)
    app.see("taken_" .. self.name, { status = reply.status, body = #reply.body > 0, headers = reply.headers })
    if self.name == "failing" then error "broken" end
    return false
  end
  function work.give_up(self) app.see("given_up_" .. self.name, true) end
  assert(reader.start())
  local id = assert(channel.submit { url = base .. (ngx.var.arg_path or "held/x") })
  local is_over = reader.hand(id, channel.take, work)
  app.say { over = is_over, failure = tostring(work.failure) }
end

return M
