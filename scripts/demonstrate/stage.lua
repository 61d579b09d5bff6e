-- What every part of the demo stands on: numbered steps that are checked, the sandbox as a server, and
-- a payer's browser.

local core = require "obol.core"
local obol = require "obol"
local terminal = require "obol.cli.terminal"

local M = { screen = terminal.new(io.stdout, terminal.has_colour(1)), passed = 0, records = {}, STOPPED = {} }

local screen = M.screen
local clients = {}

function M.expect(condition, what)
  if not condition then error({ expected = what }, 0) end
  return condition
end

--- The value of a call that has to work.
function M.must(value, err)
  if value == nil then error({ expected = "no error, got: " .. tostring(err) }, 0) end
  return value
end

local expect, must = M.expect, M.must

local function row(mark, style, title, text)
  local start = ("%s  %2d  %s  "):format(mark, M.passed + 1, title .. (" "):rep(36 - terminal.width(title)))
  local lines = terminal.wrap(text, math.max(30, screen.columns - #start))
  screen:line(screen:paint(style, mark), start:sub(#mark + 1), lines[1])
  for index = 2, #lines do screen:line((" "):rep(terminal.width(start)), lines[index]) end
end

--- One step: `run` answers what was seen, and a function that shows more of it; or it raises.
function M.step(title, run)
  local ok, seen, more = pcall(run)
  if ok then
    row("ok  ", "green", title, seen)
    if more then more() end
    M.passed = M.passed + 1
    screen.file:flush()
    return
  end
  if type(seen) ~= "table" or not seen.expected then error(seen, 0) end
  row("FAIL", "red", title, "expected " .. terminal.clean(seen.expected))
  error(M.STOPPED, 0)
end

function M.title(text) screen:line("\n", screen:paint("bold", text)) end

--- Starts the sandbox; its address.
function M.start()
  M.server = must(require("obol.sandbox.server").start { sign_clock = "sandbox" })
  local pipe = assert(io.popen 'mktemp -d "${TMPDIR:-/tmp}/obol-demo.XXXXXX"')
  M.folder = expect(pipe:read "*l", "a folder for the ledgers")
  pipe:close()
  M.browser = must(require("obol.wait").transport {})
  M.accounts = M.control("GET", "accounts")
  return M.server.url
end

--- Closes what is open and stops the sandbox.
function M.stop()
  for _, pay in ipairs(clients) do pay:close() end
  clients = {}
  if M.folder then os.execute("rm -rf '" .. M.folder .. "'") end
  if M.server then M.server:stop() end
end

local ahead_ms = 0 -- of the sandbox's clock, which can be moved

--- A client of these accounts, with `more` in its configuration and a ledger of its own where `more` names none. What
-- it logs is kept; it lives by the sandbox's clock.
function M.open_all(accounts, more)
  local config = { mode = "test", accounts = accounts, ledger = ("sqlite:%s/%d.db"):format(M.folder, #clients + 1),
    clock = function() return core.clock_ms() + ahead_ms end,
    log = function(record) M.records[#M.records + 1] = record end }
  for name, value in pairs(more or {}) do config[name] = value end
  local pay = must(obol.open(config))
  clients[#clients + 1] = pay
  return pay
end

--- A client of one account.
function M.open(name, account) return M.open_all { [name] = account } end

function M.request(method, url, body, kind)
  return must(M.browser.send({ method = method, url = url, body = body,
    headers = body and { ["content-type"] = kind } or {} }, { timeout_ms = 10000 }))
end

--- The sandbox's controls.
function M.control(method, name, body)
  local reply = M.request(method, M.server.url .. "/_sandbox/" .. name, body and obol.json.encode(body),
    "application/json")
  expect(reply.status == 200, "the sandbox's control " .. name .. " to work")
  return must(obol.json.decode(reply.body))
end

--- Lets time pass, for the sandbox and for the clients.
function M.advance(ms)
  ahead_ms = ahead_ms + ms
  M.control("POST", "advance", { ms = ms })
end

--- The callbacks of a provider that are due, as they would come to a server.
function M.callbacks(provider)
  local found = {}
  for _, incoming in ipairs(M.control("POST", "deliver", {}).delivered) do
    if incoming.provider == provider then found[#found + 1] = incoming end
  end
  return found
end

--- Hands them to the client, which has to take and acknowledge each: their events.
function M.take_callbacks(pay, account, provider)
  local events = {}
  for place, incoming in ipairs(M.callbacks(provider)) do
    local reply, event, err = pay.notifications:receive(account, incoming)
    expect(event, "the callback to be taken, got: " .. tostring(err))
    expect(reply.status == 200, "the callback to be acknowledged, got " .. tostring(reply.status))
    events[place] = event
  end
  return events
end

--- One callback, which says that this order was paid.
function M.take_success(pay, account, provider, order_id)
  local events = M.take_callbacks(pay, account, provider)
  expect(#events == 1 and events[1].type == "payment.succeeded", "one callback of a success")
  local now = must(pay.payments:get(order_id))
  expect(now.status == "succeeded", "the payment to be paid, got " .. now.status)
  return now, events[1]
end

--- The calls of the log since `from`, as "operation: outcome".
function M.calls_since(from)
  local parts = {}
  for index = from + 1, #M.records do
    parts[#parts + 1] = ("%s: %s"):format(M.records[index].operation, M.records[index].outcome)
  end
  return table.concat(parts, ", then ")
end

--- A QR code, shown beneath its step.
function M.show_qr(data)
  local code = obol.qr(data)
  if not code then return end
  for line in code.text:gmatch "[^\n]+" do screen:line((" "):rep(10), line) end
end

return M
