--- Whether this worker can take payments: its ledger answers; and which rules and providers it has.

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

--- GET: 200 `{"status":"ok","reload":{"ok":true,"generation":,"loaded_ms":}}`, or 503. When the last reload was
-- refused, `reload` has `ok` false, `at_ms`, `error` and `fields` (a list of `field` and `message`, with file and
-- line), and the status is still 200.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then return reply.not_allowed "GET" end
  local ok, payment, err = pcall(shop.pay.payments.get, shop.pay.payments, "obol health")
  if ok and (payment or err.kind == "not_found") then
    return reply.json(200, { status = "ok", reload = reload_of(shop.pay) })
  end
  return reply.json(503, { status = "failing", ledger = ok and err.kind or "internal" })
end

return M
