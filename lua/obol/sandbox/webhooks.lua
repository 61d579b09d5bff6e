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

--- Makes an empty outbox; `options.url` is where callbacks go that have no address of their own,
-- `options.urls` the same by provider, `options.clock`, `options.faults`.
function M.new(options)
  return setmetatable({ url = options.url, urls = options.urls or {}, clock = options.clock,
    faults = options.faults, pending = {}, log = {}, count = 0 }, Webhooks)
end

function Webhooks:add(entry, delay_ms)
  self.count = self.count + 1
  entry.id, entry.due_ms, entry.attempts, entry.status = self.count, self.clock:now() + delay_ms, 0, "waiting"
  self.pending[#self.pending + 1] = entry
  if #self.pending > WAITING then table.remove(self.pending, 1) end
  self.log[#self.log + 1] = entry
  if #self.log > KEPT then table.remove(self.log, 1) end
end

-- Faults that are worked off here; every other one is the signer's.
local handled = { late = true, duplicated = true, reordered = true, wrong_amount = true }

local function is_ok(status) return status == 200 end

local function copy_of(message, body, mode)
  return { provider = message.provider, type = message.type, body = body, url = message.url,
    retries = message.retries or {}, accepted = message.accepted or is_ok, sign = message.sign, mode = mode }
end

--- Queues a callback. `message` has
--
-- * `provider`, `type`, `body`
-- * `sign(body, time_s, mode)`, asked at each try: gives the headers and, where the signature stands in
--   the body, the body to send, and the address where that changes too; `mode` is nil, or the fault that
--   is asked for: `forged`, `wrong_key`, or one of the provider's own
-- * `misprice(body)`, which gives the body with another amount
-- * `url`, where this one goes (else where the provider's go)
-- * `accepted(status, body)`, whether an answer acknowledges it (else: exactly 200)
-- * `retries`, a list of ms, each the wait after a try that failed
function Webhooks:push(message)
  local fault = self.faults:take(message.provider, "notification", "notification", message.type)
  local kind = fault and fault.kind
  local body = kind == "wrong_amount" and message.misprice(message.body) or message.body
  local mode = not handled[kind] and kind or nil
  if kind == "reordered" then
    self.held = self.held or {}
    table.insert(self.held, copy_of(message, body, mode))
    return
  end
  self:add(copy_of(message, body, mode), kind == "late" and (fault.options.ms or 60000) or 0)
  if kind == "duplicated" then self:add(copy_of(message, body, mode), 0) end
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

--- Where a callback goes; nil where nobody said it.
function Webhooks:address(entry) return entry.url or self.urls[entry.provider] or self.url end

--- Takes the callbacks that are due, in order; with `reaches(url)`, those whose address it takes.
function Webhooks:due(reaches)
  self:release()
  local now, due, rest = self.clock:now(), {}, {}
  for _, entry in ipairs(self.pending) do
    local url = self:address(entry)
    local ready = entry.due_ms <= now and (not reaches or url ~= nil and reaches(url))
    local list = ready and due or rest
    list[#list + 1] = entry
  end
  self.pending = rest
  return due
end

--- The request of a callback, signed for this try: `{ id =, url =, method =, headers =, body =, provider =,
-- type = }`.
function Webhooks:request(entry, time_ms)
  local headers, body, url = entry.sign(entry.body, math.floor(time_ms / 1000), entry.mode)
  entry.sent = body or entry.body
  return { id = entry.id, url = url or self:address(entry) or DEFAULT_URL, method = "POST", headers = headers,
    body = entry.sent, provider = entry.provider, type = entry.type }
end

--- Notes that a callback was handed over.
function Webhooks.hand_over(_, entry)
  entry.attempts, entry.answer, entry.status = entry.attempts + 1, 200, "delivered"
end

--- Notes how a try ended: `status` is the HTTP status of the answer, nil where there was none, `body` its
-- body. What does not acknowledge is tried again after the next wait of `retries`.
function Webhooks:settle(entry, status, body)
  entry.attempts = entry.attempts + 1
  entry.answer = status
  if status and entry.accepted(status, body or "") then
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

--- Queues a callback once more, as it was; false where none has this id.
function Webhooks:again(id)
  for _, entry in ipairs(self.log) do
    if entry.id == id then
      self:add(copy_of(entry, entry.body, entry.mode), 0)
      return true
    end
  end
  return false
end

--- All callbacks that are still known, oldest first, as plain tables.
function Webhooks:list()
  local out = {}
  for i, entry in ipairs(self.log) do
    out[i] = { id = entry.id, provider = entry.provider, type = entry.type, status = entry.status,
      attempts = entry.attempts, answer = entry.answer, due_ms = entry.due_ms, body = entry.sent or entry.body,
      url = self:address(entry) }
  end
  return out
end

return M
