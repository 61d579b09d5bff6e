--- Whether this worker can take payments: its ledger answers; which rules and providers it has; and how its accounts
-- are.

local json = require "obol.json"
local reply = require "obol.nginx.reply"

local M = {}

local MOST = 20 -- mistakes that are told

-- What this worker has loaded. A reload that was refused is no reason to take the worker away: payments go on with
-- what was there.
local function reload_of(pay)
  local status = pay:status()
  local last, told = status.reload, { ok = true, generation = status.generation, loaded_ms = status.loaded_ms }
  if not last or last.ok then return told end
  told.ok, told.at_ms, told.error = false, last.at_ms, last.error:sub(1, 2000)
  local fields = {}
  for place = 1, math.min(#(last.fields or {}), MOST) do fields[place] = last.fields[place] end
  told.fields = json.array(fields)
  return told
end

local function rounded(value, places)
  return value and math.floor(value * 10 ^ places + 0.5) / 10 ^ places or nil
end

-- What pay:health() tells. That an account is out of reach is no reason to take the worker away either.
local function accounts_of(pay)
  local list = pay:health()
  for _, one in ipairs(list) do
    one.calls, one.success_rate = rounded(one.calls, 1), rounded(one.success_rate, 4)
    one.latency_ms = rounded(one.latency_ms, 1)
  end
  return json.array(list)
end

--- GET: 200 `{"status":"ok","reload":{"ok":true,"generation":,"loaded_ms":},"accounts":[]}`, or 503. `accounts` is
-- what pay:health() tells; an open breaker does not make it 503. When the last reload was
-- refused, `reload` has `ok` false, `at_ms`, `error` and `fields` (a list of `field` and `message`, with file and
-- line), and the status is still 200.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then return reply.not_allowed "GET" end
  local ok, payment, err = pcall(shop.pay.payments.get, shop.pay.payments, "obol health")
  if ok and (payment or err.kind == "not_found") then
    return reply.json(200, { status = "ok", reload = reload_of(shop.pay), accounts = accounts_of(shop.pay) })
  end
  return reply.json(503, { status = "failing", ledger = ok and err.kind or "internal" })
end

return M
