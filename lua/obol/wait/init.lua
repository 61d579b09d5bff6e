--- Waiting: the built-in transport, and several calls at once.

local core = require "obol.core"
local options_of = require "obol.wait.options"
local plain = require "obol.wait.plain"

local M = {}

local globals, rawget, type = _G, rawget, type

local inside -- the waiting of nginx, once it was needed
local ours = setmetatable({}, { __mode = "k" }) -- built-in transports: table -> { send =, spend =, hand = }

-- Who waits: a call that blocks would stop all requests of an nginx worker.
local function host()
  local nginx = rawget(globals, "ngx")
  if nginx == nil then return plain end
  if type(nginx) ~= "table" or not nginx.get_phase then return plain end
  inside = inside or require "obol.wait.nginx"
  return inside
end

--- Whether a call may hold up its thread: not in nginx, whose worker has other requests.
function M.may_block() return host() == plain end

--- Whether somebody goes on with what a coroutine yields here: the loop of a host, or nginx.
function M.takes_yields()
  local who = host()
  return who ~= plain or plain.takes_yields()
end

--- Runs the functions at once, so that their calls wait together; returns one list
-- `{ n = count, ... }` of results for each function, in order. A function that raises an error
-- object gives `{ n = 2, nil, err }`; any other error is raised again after all have ended. May be
-- nested. In nginx each function runs in a light thread; in its phases that cannot wait the answer is nil
-- and an error of kind `unsupported`.
function M.all(...)
  local functions = { n = select("#", ...), ... }
  for index = 1, functions.n do
    if type(functions[index]) ~= "function" then
      error(("bad argument #%d to 'all' (function expected)"):format(index), 2)
    end
  end
  return host().all(functions)
end

--- Runs fn(...) and answers what it answers. In nginx it goes on when the request that called is gone:
-- whoever calls only waits, and what belongs to a request (`ngx.var`, `ngx.say`) is not there for fn. All
-- methods of a client run so, with the functions that they are given; but pay:call, where nobody gets records, waits
-- in the request's own light thread, and only its end is taken up elsewhere (see `handing`). In nginx's phases that
-- cannot wait fn is not called, and the answer is nil and an error of kind `unsupported`. Should fn end
-- its own light thread, as ngx.exit does, the error's kind is `internal`.
function M.detached(fn, ...)
  local who = host()
  if who == plain then return fn(...) end
  return who.detached(fn, ...)
end

--- The way in which this transport lets a call be finished without who made it, or nil where it has none: a
-- function(request, options, work). It sends, waits, and has the answer taken up by `work:take_up(reply, err)`,
-- once and whatever becomes of the request that called, which saves a light thread. What was sent is wiped, so that
-- nobody may use `request` after that. The reply is the table `work.room`, where there is one; its `headers` hold
-- retry-after and x-request-id at most. Where that answers false, the
-- work goes on by `work:go_on()`, detached; or, where nobody waits any more, ends by `work:give_up()`. `take_up` and
-- `give_up` must not wait. An error that one of them raises stands in `work.failure`. Only in places where
-- `obol.wait.refusal` answers nil.
function M.handing(transport)
  local mine = ours[transport]
  return mine and transport.send == mine.send and host() ~= plain and mine.hand or nil
end

--- The `send` of this transport that wipes the request as soon as it is on its way, so that nobody may use it any
-- more; nil where the transport has none: then a request may have been kept.
function M.spending(transport)
  local mine = ours[transport]
  return mine and transport.send == mine.send and mine.spend or nil
end

--- Why nothing can wait in this place: an error of kind `unsupported`, or nil where it can.
function M.refusal()
  local who = host()
  if who == plain then return nil end
  return who.refusal()
end

--- Waits `ms` milliseconds; inside `all`, and in nginx, others go on meanwhile. In phases of nginx that
-- cannot wait: nil and an error of kind `unsupported`, at once.
function M.sleep(ms)
  if type(ms) ~= "number" or ms < 0 then error("expected milliseconds", 2) end
  return host().sleep(math.ceil(ms))
end

--- The built-in transport: HTTPS by libcurl. Returns a table of functions, or nil and an error that
-- names every wrong option. Options, all of which but the last four a call can override:
--
-- * `timeout_ms` (30000): limit of the whole call
-- * `connect_ms` (10000): limit until the connection stands, TLS included
-- * `first_byte_ms` (none): limit from the start of sending to the first byte of the answer
-- * `max_reply` (8 MiB): most bytes of the answer's body
-- * `keep_ms` (300000): how long the result of `submit` waits to be taken
-- * `ca_file`: PEM certificates to trust instead of the system's
-- * `allow_http` (false): plain HTTP beyond this machine
-- * `proxy` (none): address of a proxy, or true for what the environment names
--
-- A request is what `account:encode` makes, or a table with `url`, `method` ("GET"), `headers`
-- (`{ name = value or list of values }`), `body` (string or obol.secret), `repeat_safe` (false: it
-- must not arrive twice) and `pool` (calls with different ones share no connection).
--
-- The functions:
--
-- * `send(request [, options])`: a reply `{ status =, headers =, body = }` (lower-case names, a
--   repeated header is a list), or nil and an error whose `outcome` is `not_sent` (proven) or
--   `unknown`. In nginx it waits in the phases rewrite, access and content and in timers, without
--   blocking the worker; elsewhere nothing is sent and the error's kind is `unsupported`
-- * `submit(request [, options])`: an id, or nil and an error; the call goes on in the background
-- * `take(id)`: what `send` would have returned, or nothing while the call is under way
-- * `wait([id] [, timeout_ms])`: whether it (without an id: any) can be taken
-- * `cancel(id)`: `"not_sent"`, `"unknown"` or `"answered"`; nothing when there is no such id
-- * `fd()`: a descriptor that becomes readable when calls have finished, or nil and an error
-- * `poll()`: the ids that finished since the last call; does not wait
--
-- `submit`, `fd`, `poll`, `take` and `cancel` are for event loops of others: `scripts/loops/cqueues.lua`
-- makes a transport of them that waits in cqueues.
function M.transport(options)
  if options ~= nil and type(options) ~= "table" then error("expected a table of options", 2) end
  local base, err = options_of.of_transport(options or {})
  if not base then return nil, err end
  local channel = core.net.new()

  -- Misuse is the caller's, so errors of the core must not blame a line of ours: all calls are in
  -- tail position.
  local function send(request, given) return host().send(channel, request, base, given) end

  local function spend(request, given) return host().send(channel, request, base, given, true) end

  local function hand(request, given, work) return host().hand(channel, request, base, given, work) end

  local function submit(request, given) return channel.submit(request, base, given) end

  local function wait(id, timeout_ms) return M.wait(channel, id, timeout_ms) end

  local transport = {
    send = send, submit = submit, wait = wait,
    take = channel.take, cancel = channel.cancel, fd = channel.fd, poll = channel.poll,
  }
  ours[transport] = { send = send, spend = spend, hand = hand }
  return transport
end

--- Runs a unit of work on a database of the core and waits for what its commit gave; obol.store calls
-- it. `channel` is a table of `core.net.new()`.
function M.run(database, channel, unit) return host().run(database, channel, unit) end

--- Waits until the channel can take `id` (nil: any), for at most `timeout_ms`: whether it can.
function M.wait(channel, id, timeout_ms)
  local who = host()
  if who == plain then return channel.wait(id, timeout_ms) end
  return who.wait(channel, id, timeout_ms)
end

--- Counts of the process's transport: `started`, `connections`, `pending`, `pools`, `done`,
-- `expired`, and `thread` (whether the background thread runs).
M.stats = core.net.stats

return M
