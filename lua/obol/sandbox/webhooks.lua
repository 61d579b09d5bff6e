--- Callbacks of the simulators: kept until they are due, handed out or sent, tried again.

local M = {}
local Webhooks = {}
Webhooks.__index = Webhooks

-- How many are kept to be looked at, and how many wait where nobody fetches them.
local KEPT, WAITING = 1000, 10000
local DEFAULT_URL = "http://127.0.0.1/notify"

--- A word on what is wrong with an address for callbacks, or nil: what is not one printable word could
-- add lines to the request that is sent there.
function M.problem(url)
  if not url:find("^%a[%w+.-]*://[^/?#]") or url:find("[^\33-\126]") then
    return "url: expected an absolute address in printable ASCII"
  end
  return nil
end

--- Makes an empty outbox; `options.url` is where callbacks go, `options.clock`, `options.faults`.
function M.new(options)
  return setmetatable({ url = options.url, clock = options.clock, faults = options.faults,
    pending = {}, log = {}, count = 0 }, Webhooks)
end

function Webhooks:add(entry, delay_ms)
  self.count = self.count + 1
  entry.id, entry.due_ms, entry.attempts, entry.status = self.count, self.clock:now() + delay_ms, 0, "waiting"
  self.pending[#self.pending + 1] = entry
  if #self.pending > WAITING then table.remove(self.pending, 1) end
  self.log[#self.log + 1] = entry
  if #self.log > KEPT then table.remove(self.log, 1) end
end

local spoilt = { forged = true, wrong_key = true }

--- Queues a callback. `message` has `provider`, `type`, `body`, `retries` (list of ms after which it
-- is tried again), `sign(body, time_s, mode)`, which gives its headers at each try (`mode` is nil,
-- `forged` or `wrong_key`), and `misprice(body)`, which gives the body with another amount.
function Webhooks:push(message)
  local fault = self.faults:take(message.provider, "notification", "notification", message.type)
  local kind = fault and fault.kind
  local body = kind == "wrong_amount" and message.misprice(message.body) or message.body
  local function copy()
    return { provider = message.provider, type = message.type, body = body,
      retries = message.retries or {}, sign = message.sign, mode = spoilt[kind] and kind or nil }
  end
  if kind == "reordered" then
    self.held = self.held or {}
    table.insert(self.held, copy())
    return
  end
  self:add(copy(), kind == "late" and (fault.options.ms or 60000) or 0)
  if kind == "duplicated" then self:add(copy(), 0) end
  local held = self.held or {}
  self.held = nil
  for _, entry in ipairs(held) do self:add(entry, 0) end
end

-- A held callback that nothing followed goes out when the rest is asked for.
function Webhooks:release()
  if self.held and #self.pending == 0 then
    local held = self.held
    self.held = nil
    for _, entry in ipairs(held) do self:add(entry, 0) end
  end
end

--- Takes the callbacks that are due, in order.
function Webhooks:due()
  self:release()
  local now, due, rest = self.clock:now(), {}, {}
  for _, entry in ipairs(self.pending) do
    local list = entry.due_ms <= now and due or rest
    list[#list + 1] = entry
  end
  self.pending = rest
  return due
end

--- The request of a callback, signed for this try: `{ url =, method =, headers =, body = }`.
function Webhooks:request(entry, time_ms)
  return { url = self.url or DEFAULT_URL, method = "POST", body = entry.body,
    headers = entry.sign(entry.body, math.floor(time_ms / 1000), entry.mode) }
end

--- Notes how a try ended: `status` is the HTTP status of the answer, nil where there was none.
-- Anything but 200 is tried again after the next wait of `retries`.
function Webhooks:settle(entry, status)
  entry.attempts = entry.attempts + 1
  entry.answer = status
  if status == 200 then
    entry.status = "delivered"
    return
  end
  local wait = entry.retries[entry.attempts]
  if not wait then
    entry.status = "failed"
    return
  end
  entry.due_ms = self.clock:now() + wait
  self.pending[#self.pending + 1] = entry
end

--- All callbacks that are still known, oldest first, as plain tables.
function Webhooks:list()
  local out = {}
  for i, entry in ipairs(self.log) do
    out[i] = { id = entry.id, provider = entry.provider, type = entry.type, status = entry.status,
      attempts = entry.attempts, answer = entry.answer, due_ms = entry.due_ms, body = entry.body }
  end
  return out
end

return M
