--- One call of a provider: encode, send, decode, log. What never left is sent again within the
-- call's limit, after a pause with jitter; what may have left never is.

local clone = require "obol.clone"
local account_words = require "obol.client.account_words"
local core = require "obol.core"
local fault = require "obol.client.fault"
local log = require "obol.client.log"
local order = require "obol.client.order"
local session = require "obol.client.session"
local wait = require "obol.wait"

local M = {}

local MAX_SENDS, FIRST_PAUSE_MS = 3, 100
local moment = {} -- of an encoding, used again and again

-- The caller cannot know which account a rule or a failover comes to, and each has notifications of its own.
local function addressed(params, name)
  local url = params.notify_url
  if type(url) ~= "string" or not url:find("{account}", 1, true) then return params end
  local out = clone(params)
  out.notify_url = url:gsub("{account}", name)
  return out
end

--- Counts a call that could not be made within `limit_ms`, because what it needs before (a session, a price) was not
-- answered.
function M.failed_before(client, name, operation, err, limit_ms)
  client.health:record(name, operation, { outcome = "not_sent", kind = err.kind, limit_ms = limit_ms },
    client.clock(), 0)
end

--- The request of a call, with a nonce and time of its own: request, or nil and an error.
-- call = { account =, operation =, params =, key =, token =, expect =, sent_before =, deadline =,
-- order_id =, repeat_safe = }
-- Where a session's token is not there yet, one that stands for it: M.run encodes such a call again.
function M.encode(client, call)
  local account, time_ms = client.accounts[call.account], client.clock()
  local token = call.token
  if not token and session.is_used(client, call.account, call.operation) then token = session.placeholder() end
  -- an account of the core has read it when it answers
  local about = type(account) == "userdata" and moment or {}
  about.time_ms, about.key, about.token = time_ms, call.key, token
  about.nonce = account_words.of(account).nonce ~= false and client.nonce(time_ms) or nil
  local request, err = account:encode(call.operation, addressed(call.params, call.account), about)
  moment.token = nil
  if not request then
    err.account = err.account or call.account
    return nil, err
  end
  return request
end

--- Wipes a request that was encoded and will not be sent: it may hold a card.
function M.discard(request)
  if request then core.wipe_request(request) end
end

--- Whether a result or event tells (by `live`) that it is of the other kind than the configuration's
-- mode: such an answer releases nothing.
function M.is_other_mode(client, told)
  return told.live ~= nil and told.live ~= (client.mode == "live")
end

-- What a transport answers has to be a reply before anything is read of it: raises where it is none.
local function check_reply(reply)
  local status, headers, body = reply.status, reply.headers, reply.body
  assert(type(reply) == "table" and type(status) == "number" and status % 1 == 0)
  assert(status >= 100 and status <= 999)
  assert(headers == nil or type(headers) == "table")
  assert(body == nil or type(body) == "string" or type(body) == "userdata" and #body >= 0)
end

--- The options of a call for its transport, in the table `into`; nil and an error where its limit is over.
function M.options_of(client, call, into)
  local left = math.floor(call.deadline - client.elapsed())
  if left < 1 then
    return nil, fault.of_transport({ kind = "timeout", outcome = "not_sent", retryable = true,
      message = "the call's limit was over before it was sent" }, call.account)
  end
  into.timeout_ms, into.repeat_safe, into.account = left, call.repeat_safe or false, call.account
  return into
end

local function send(client, call, request)
  local options, late = M.options_of(client, call, {})
  if not options then
    M.discard(request)
    return nil, late
  end
  local ok, reply, err = pcall(wait.spending(client.transport) or client.transport.send, request, options)
  if not ok then
    -- what the interpreter raises at Ctrl-C
    local interrupted = tostring(reply):find("interrupted!", 1, true)
    err = { kind = "internal", message = interrupted and "interrupted before the answer came"
      or "the transport raised an error" }
  elseif reply then
    if pcall(check_reply, reply) then return reply end
    err = { kind = "internal", message = "the transport's reply is none" }
  end
  return nil, fault.of_transport(err, call.account)
end

-- Waits before sending again; false when the limit leaves no time for it.
local function pause(client, call, sends)
  local longest = FIRST_PAUSE_MS * 2 ^ (sends - 1)
  local ms = math.floor(longest / 2 + longest / 2 * client.random())
  if client.elapsed() + ms >= call.deadline then return false end
  client.sleep(ms)
  return true
end

-- Tables that are read at once and that nobody keeps, used again and again.
local reading, facts = {}, {}

local function decode(client, call, reply)
  local account = client.accounts[call.account]
  -- Whatever is wrong with a reply must not break what was sent.
  reading.expect, reading.params, reading.sent_before = call.expect, call.params, call.sent_before or false
  local ok, result, err = pcall(account.decode, account, call.operation, reply, reading)
  reading.expect, reading.params = nil, nil
  if not ok then return { outcome = "unknown", kind = "internal", why = "the reply cannot be read" } end
  if result and M.is_other_mode(client, result) then
    log.alarm(client, "other_mode", { account = call.account, order_id = call.order_id, key = call.key })
    return { outcome = "unknown", kind = "provider", why = "an answer of the other mode, test or live" }
  end
  local id = result and result.provider_id
  -- A payment whose id the ledger could not take could not be recorded at all.
  if type(id) == "string" and #id > order.MAX_ID then
    return { outcome = "unknown", kind = "provider", why = "an id that is too long to be one" }
  end
  if result then return result end
  -- An answer that cannot be read says nothing of what was done, unless its status alone does.
  err = err or {}
  return { outcome = err.outcome or "unknown", kind = err.kind, why = err.message }
end

-- What is to be counted of a call that ended: see obol.health.judge.
local function facts_of(call, told, reply, started)
  facts.outcome, facts.kind, facts.answered = told.outcome, told.kind, reply ~= nil
  facts.status, facts.payer = reply and reply.status, call.token ~= nil and not call.own
  facts.limit_ms = call.deadline - started
  facts.retry_after_ms = facts.status and (facts.status == 429 or facts.status >= 500) and fault.retry_after_ms(reply)
    or nil
  return facts
end

-- An answer that refuses the token before anything was done.
local function is_refused(result, reply)
  return result.kind == "authentication" and (result.outcome == "rejected" or reply.status == 401)
end

--- A call under way: { client =, call =, started =, began_ms =, sends =, request = (the next to be sent), asked = (what
-- the log tells of the last), err = (of the last send), result =, reply = (or an error) }.
local Work = {}
Work.__index = Work
M.Work = Work

local function begin(client, call)
  return setmetatable({ client = client, call = call, started = client.elapsed(), began_ms = client.clock(), sends = 0,
    request = call.request, asked = nil, err = nil, result = nil, reply = nil, failure = nil }, Work)
end

-- Makes the request that is to be sent: whether there is one, and an error where there is none.
function Work:prepare()
  local err
  if self.sends > 0 or not self.request then self.request, err = M.encode(self.client, self.call) end
  self.reply, self.asked = err, self.request and log.asked(self.client, self.request)
  return self.request ~= nil
end

--- The request, which is not there any more when it was sent.
function Work:take_request()
  local request = self.request
  self.request = nil
  return request
end

-- What was learnt is counted and told. `call.own` is 1 where the call is made with the account's own session, of
-- which a first refusal says only that it is over.
function Work:conclude(reply, err)
  local client, call = self.client, self.call
  local result = reply and decode(client, call, reply)
  local duration_ms = client.elapsed() - self.started
  if not (call.own == 1 and result and is_refused(result, reply)) then
    local seen = facts_of(call, result or err, reply, self.started)
    client.health:record(call.account, call.operation, seen, self.began_ms, duration_ms)
  end
  log.call(client, call, self.asked, reply, result or err, self.sends, duration_ms)
  self.result, self.reply = result, result and reply or err
  return true
end

-- What one sending came to; false where nothing left and there may be another.
function Work:sent(reply, err)
  self.sends, self.err = self.sends + 1, err
  if not reply and err.outcome == "not_sent" and err.retryable and self.sends < MAX_SENDS then return false end
  return self:conclude(reply, err)
end

function Work:send() return self:sent(send(self.client, self.call, self:take_request())) end

--- Sends again and again, while nothing leaves.
function Work:go_on()
  repeat
    if not pause(self.client, self.call, self.sends) then return self:conclude(nil, self.err) end
    if not self:prepare() then return true end
  until self:send()
end

--- What the built-in transport gave for one sending; false where `go_on` should follow.
function Work:take_up(reply, err) return self:sent(reply, err and fault.of_transport(err, self.call.account)) end

--- That nothing left, where nobody waits for more.
function Work:give_up() return self:conclude(nil, self.err) end

-- Makes the call as it is.
local function run(client, call)
  local work = begin(client, call)
  if work:prepare() and not work:send() then work:go_on() end
  return work.result, work.reply
end

--- Makes the call; `call.request`, if it was encoded already, goes first. Answers result, reply; or
-- nil and an error whose `outcome` is `not_sent` or `unknown`. A call without a token of its own gets
-- the account's session where it has one, and is made once more when that was refused.
function M.run(client, call)
  if call.token or not session.is_used(client, call.account, call.operation) then return run(client, call) end
  local with, refused, started = {}, nil, client.elapsed()
  for member, value in pairs(call) do with[member] = value end
  M.discard(call.request)
  with.request = nil
  for place = 1, 2 do
    local err
    with.own = place
    with.token, err = session.token(client, call.account, call.deadline, run, refused)
    if not with.token then
      M.failed_before(client, call.account, call.operation, err, call.deadline - started)
      return nil, err
    end
    local result, reply = run(client, with)
    if place == 2 or not result or not is_refused(result, reply) then return result, reply end
    refused = with.token
  end
end

--- Sees to it that a call of the account will not lack a session: true, or nil and an error.
function M.prepare(client, name, operation, options)
  if options.token or not session.is_used(client, name, operation) then return true end
  local token, err = session.token(client, name, options.deadline, run)
  return token ~= nil or nil, err
end

--- A call that only asks, or whose answer nobody has to remember: the result of a success, or nil
-- and the error of anything else.
function M.ask(client, call)
  local result, reply = M.run(client, call)
  if not result then return nil, reply end
  local err = fault.of_result(result, call.account, reply)
  if err then return nil, err, result end
  return result
end

return M
