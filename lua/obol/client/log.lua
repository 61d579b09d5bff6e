--- Records for the configuration's `log` function: one table a call, and one an alarm. They hold
-- names, numbers and outcomes; never bodies, headers or secrets.

local clone = require "obol.clone"

local M = {}

local function is_heard(client) return client.log ~= nil or #client.watchers > 0 end

local function emit(client, record)
  record.time_ms = client.clock()
  -- A log that fails must not break a payment.
  if client.log then pcall(client.log, record) end
  for _, watcher in ipairs(client.watchers) do pcall(watcher, record) end
end

-- A record of what the caller knows, whose table stays as it is.
local function tell(client, kind, info, alarm)
  if not is_heard(client) then return end
  local record = clone(info)
  record.type, record.alarm = kind, alarm
  emit(client, record)
end

local function size(value)
  return value ~= nil and #value or 0
end

-- Tells those who only count.
local function count(client, what, ...)
  for _, counter in ipairs(client.counters) do
    if counter[what] then pcall(counter[what], ...) end
  end
end

--- Whether anybody gets records, who may want to wait.
M.is_heard = is_heard

--- What is told of a request: { warning =, bytes = (of its body) }, or nil where nobody hears it. Asked before it is
-- sent, as it may be gone then. The core's tells its size without its body, of which that would make a copy.
function M.asked(client, request)
  if not is_heard(client) then return nil end
  return { warning = request.warning, bytes = request.bytes or size(request.body) }
end

--- One call: what was asked (see above; nil where nobody heard), what came back (nil where nothing did), its result or
-- error, how often it was sent.
function M.call(client, call, asked, reply, told, sends, duration_ms)
  count(client, "call", call.account, call.operation, told.outcome, duration_ms)
  if not is_heard(client) then return end
  emit(client, {
    type = "call", account = call.account, provider = client.accounts[call.account].provider,
    operation = call.operation, key = call.key, order_id = call.order_id, outcome = told.outcome, kind = told.kind,
    warning = asked and asked.warning, http_status = reply and reply.status, duration_ms = math.floor(duration_ms),
    sends = sends, request_bytes = asked and asked.bytes or 0, reply_bytes = reply and size(reply.body) or 0,
  })
end

--- A payment that goes on to another account: `info` = { order_id =, rule =, account = (the next), from =, key = (of
-- the attempt that ended), outcome =, code =, hop = }.
function M.hop(client, info) tell(client, "failover", info) end

--- A breaker that changed: `info` = { account =, operation =, state = (`open`, `closed`), probes_from_ms = }.
function M.breaker(client, info) tell(client, "breaker", info) end

--- A flow that ended or stopped: `info` = { flow = (its id), name =, status =, steps =, error = (its
-- text) }.
function M.flow(client, info) tell(client, "flow", info) end

--- Something that a person has to look at: `what` is `late_success`, `surplus`, `refused_state`,
-- `other_mode`, `early_renewal`, `renewal_amount`, `beyond_cycles`, `mismatch` (a notification that
-- differs from the record), `contradiction`, `foreign_refund`, `dispute`, `ledger_failed` or `flow_stopped`.
function M.alarm(client, what, members)
  count(client, "alarm", members.account, what)
  tell(client, "alarm", members, what)
end

return M
