--- Calls that are made without a light thread of their own, where the transport takes up their answers: for nginx,
-- whose workers make many at once.

local exchange = require "obol.client.exchange"
local log = require "obol.client.log"
local session = require "obol.client.session"
local wait = require "obol.wait"

local M = {}

local handed = {} -- options of a call that are read at once, used again and again

-- The call and the work on it are one table, which is used again when it has come to its end and
-- whoever made the call has taken the result. (Of one whose request went away nobody gives it back.)
local SPARE_MAX = 1024
local spare, spares = {}, 0

local function take_work()
  local work = spare[spares]
  if work then
    spare[spares], spares = nil, spares - 1
    return work
  end
  work = setmetatable({ account = nil, operation = nil, params = nil, key = nil, token = nil, deadline = 0,
    client = nil, call = false, started = 0, began_ms = 0, sends = 0, request = nil, asked = nil, err = nil,
    result = nil, reply = nil, failure = nil, room = { status = 0, headers = nil, body = nil } }, exchange.Work)
  work.call = work
  return work
end

local function give_work(work)
  if spares == SPARE_MAX then return end
  work.params, work.key, work.token, work.client, work.request, work.asked = nil, nil, nil, nil, nil, nil
  work.err, work.result, work.reply, work.room.body = nil, nil, nil, nil
  spares = spares + 1
  spare[spares] = work
end

--- The way in which the client's calls can be made without a light thread of their own, for `run`; nil where there is
-- none. Where somebody gets records, his function may want to wait, and what takes up an answer must not.
function M.way(client)
  return not log.is_heard(client) and wait.handing(client.transport) or nil
end

--- Makes a call of `params` by such a `hand`, as obol.client.exchange does, whatever becomes of the request that it
-- is made for; `limits` are those of obol.client.options.
function M.run(hand, client, name, operation, params, key, limits)
  if not limits.token and session.is_used(client, name, operation) then
    return wait.detached(exchange.run, client, { account = name, operation = operation, params = params, key = key,
      deadline = limits.deadline })
  end
  local work = take_work()
  work.account, work.operation, work.params, work.key, work.token = name, operation, params, key, limits.token
  work.deadline, work.client, work.started, work.began_ms = limits.deadline, client, client.elapsed(), client.clock()
  work.sends = 0
  if work:prepare() then
    local options, late = exchange.options_of(client, work, handed)
    if options then
      hand(work:take_request(), options, work)
    else
      exchange.discard(work:take_request())
      work:conclude(nil, late)
    end
  end
  if work.failure then error(work.failure, 0) end
  local result, reply = work.result, work.reply
  give_work(work)
  return result, reply
end

return M
