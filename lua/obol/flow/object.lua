--- What a flow's function gets. Each method that does something asks the runner for it by a yield, and the
-- runner does it outside of the flow's coroutine: so it may wait in whatever way its host waits, and a flow that
-- has to wait, or fails, is left where it is, which no `pcall` of its code can hold up.

local core = require "obol.core"
local definition = require "obol.flow.definition"
local order = require "obol.client.order"

local M = {}

--- What a flow's coroutine yields first when it asks the runner.
M.ASKS = {}

local running, yield = coroutine.running, coroutine.yield
local runs = setmetatable({}, { __mode = "k" }) -- a flow's object -> its run, while it is run
local own = debug.getinfo(1, "S").source

-- "flows/shop.lua:14" of the code that asks.
local function line_of(run)
  for level = 3, 12 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.currentline > 0 and info.source ~= own and info.source:sub(1, 1) == "@" then
      return ("%s:%d"):format(info.source:sub(2), info.currentline)
    end
  end
  return ("%s:%d"):format(run.definition.file, run.definition.line)
end

-- The run of a flow whose method `name` is called; raises at the line of the method's caller.
local function run_of(self, name)
  local run = runs[self]
  if run == false then error(("flow:%s is called when the flow does not run any more"):format(name), 3) end
  if not run then error(("expected flow:%s(...), called with a colon"):format(name), 3) end
  if running() ~= run.thread then
    error(("flow:%s belongs into the flow's own function: not into a step, nor into another coroutine"):format(name), 3)
  end
  if not core.can_yield() then error(("flow:%s cannot wait inside of a function of C"):format(name), 3) end
  return run
end

local function ask(run, request)
  request.line = line_of(run)
  return yield(M.ASKS, request)
end

local Flow = {}

--- The time, in milliseconds since 1970, as it was when this was first asked for.
function Flow.now_ms(self)
  local run = run_of(self, "now_ms")
  return (ask(run, { kind = "now" }))
end

local create_options = { timeout_ms = true, account = true, token = true, operation = true }

--- Creates a payment, or with `operation = "subscription.create"` a subscription: what pay.payments:create or
-- pay.subscriptions:create answers, without the `client_secret` of its action, as it is recorded. order and options as
-- there. What cannot be created as it is written (bad input, no account that fits, another payment with this order_id)
-- stops the flow; a maintenance or a limit of an account is waited for like a step that failed.
function Flow.create(self, given, options)
  local run = run_of(self, "create")
  if type(given) ~= "table" then error("expected an order as a table, got a " .. type(given), 2) end
  if not order.is_id(given.order_id) then error("expected `order_id` as text of 1 to 128 bytes", 2) end
  options = definition.options(options, create_options)
  local operation = options.operation or "payment.create"
  if operation ~= "payment.create" and operation ~= "subscription.create" then
    error("expected `operation` as `payment.create` or `subscription.create`", 2)
  end
  local rest = {}
  for name, value in pairs(options) do rest[name] = value end
  rest.operation = nil
  return (ask(run, { kind = "create", name = operation:match "^%a+", subject = given.order_id, order = given,
    options = rest }))
end

--- Keeps what the payer does next (`payment.action`) in the flow's `action`, until the next await ends.
function Flow.present(self, action)
  local run = run_of(self, "present")
  if type(action) ~= "table" then error("expected an action as a table, got a " .. type(action), 2) end
  ask(run, { kind = "present", action = action })
end

-- What is waited for: its kind and id.
local function target_of(what)
  if type(what) == "string" then return "payment", what end
  if type(what) ~= "table" then return nil end
  if what.refund_id ~= nil then return "refund", what.refund_id end
  if what.attempts == nil and what.trial ~= nil then return "subscription", what.order_id end
  return "payment", what.order_id
end

local await_options = { timeout = true, status = true, ends = true }

-- The states of the option `status` as a set.
local function set_of(list)
  if list == nil then return nil end
  if type(list) ~= "table" then error("expected `status` as a list of states", 3) end
  local set = {}
  for key, status in pairs(list) do
    if type(key) ~= "number" or type(status) ~= "string" then error("expected `status` as a list of states", 3) end
    set[status] = true
  end
  return set
end

--- Waits until a payment, refund or subscription (as it was answered, or a payment's order_id) is settled, or its
-- status is one of `status`, and answers it as it is then. `timeout` (such as "30m"): when it is over, the answer is
-- the object as it is; so an order_id may be that of a payment that somebody else is to create, and nil is the answer
-- where nobody has. A subscription is settled when it is not `incomplete`, or its first charge is over unpaid; with
-- `status` or `ends`, when it is over. `ends`: fn(object), which answers true when the object is as it was waited for;
-- it is asked again whenever something may have changed.
function Flow.await(self, what, options)
  local run = run_of(self, "await")
  local kind, id = target_of(what)
  if not order.is_id(id) then error("expected a payment, refund or subscription, or a payment's order_id", 2) end
  options = definition.options(options, await_options)
  local timeout = options.timeout ~= nil and definition.span(options.timeout, "`timeout`") or nil
  if options.ends ~= nil and type(options.ends) ~= "function" then error("expected `ends` as a function", 2) end
  return (ask(run, { kind = "await", name = kind, subject = id, timeout_ms = timeout, ends = options.ends,
    may_come = timeout ~= nil and type(what) == "string", states = set_of(options.status) }))
end

local step_options = { tries = true, undo = true, lease = true }

--- Runs fn(key) and records its results, which may be several. The step may run again after a crash, always with
-- the same key. When it raises, it is tried again with growing pauses, `tries` times in all; then the flow stops.
-- `undo`: fn(key, results...), run when the flow fails. `lease`: how long it may take ("10m"; a minute) before another
-- process takes it up. The text of what it raises is recorded, and shown.
function Flow.step(self, name, fn, options)
  local run = run_of(self, "step")
  if not definition.is_name(name) then error("expected a step's name as text of 1 to 64 bytes", 2) end
  if type(fn) ~= "function" then error("expected the step as a function, got a " .. type(fn), 2) end
  options = definition.options(options, step_options)
  if options.undo ~= nil and type(options.undo) ~= "function" then error("expected `undo` as a function", 2) end
  local lease = options.lease ~= nil and definition.span(options.lease, "`lease`") or nil
  return ask(run, { kind = "step", name = name, fn = fn, undo = options.undo, tries = definition.tries(options.tries),
    lease_ms = lease })
end

--- Waits for a time such as "10s" or "3d".
function Flow.sleep(self, span)
  local run = run_of(self, "sleep")
  ask(run, { kind = "sleep", ms = definition.span(span, "how long") })
end

local refund_options = { amount = true, reason = true, provider_id = true, timeout_ms = true, tries = true }

--- Gives money back: payment (or its order_id) and the `amount`, `reason` and `provider_id` of pay.refunds:create,
-- with a refund_id of its own. Answers the refund as it is then; flow:await waits until it is settled.
function Flow.refund(self, payment, options)
  local run = run_of(self, "refund")
  local kind, id = target_of(payment)
  if kind ~= "payment" or not order.is_id(id) then error("expected a payment, or its order_id", 2) end
  options = definition.options(options, refund_options)
  return (ask(run, { kind = "refund", subject = id, options = options, tries = definition.tries(options.tries) }))
end

local receive_options = { timeout = true }

--- Waits for a word from outside, given by pay.flows:tell(id, name, value), and answers its value; nil when
-- `timeout` is over.
function Flow.receive(self, name, options)
  local run = run_of(self, "receive")
  if not definition.is_name(name) then error("expected a word's name as text of 1 to 64 bytes", 2) end
  options = definition.options(options, receive_options)
  local timeout = options.timeout ~= nil and definition.span(options.timeout, "`timeout`") or nil
  return (ask(run, { kind = "receive", name = name, timeout_ms = timeout }))
end

--- Adds an undo step: fn(key) is run, in reverse order of these calls, when the flow fails.
function Flow.compensate(self, name, fn)
  local run = run_of(self, "compensate")
  if not definition.is_name(name) then error("expected a step's name as text of 1 to 64 bytes", 2) end
  if type(fn) ~= "function" then error("expected the undo step as a function, got a " .. type(fn), 2) end
  run.undo[#run.undo + 1] = { name = name, fn = fn, line = line_of(run) }
end

--- From now on the flow has so much time, such as "2h": when it is over, the next operation that has to wait fails
-- the flow.
function Flow.deadline(self, span)
  local run = run_of(self, "deadline")
  ask(run, { kind = "deadline", ms = definition.span(span, "the deadline") })
end

--- Fails the flow: its undo steps are run, and it ends as `failed`. `what`: a payment, refund or subscription, an
-- error, or a text. Never returns.
function Flow.fail(self, what)
  local run = run_of(self, "fail")
  ask(run, { kind = "fail", what = what })
end

local function unknown(_, name)
  local nearest = require "obol.nearest"
  error(("a flow has no `%s`%s"):format(tostring(name), nearest.hint(name, Flow)), 2)
end

local mt = { __index = setmetatable(Flow, { __index = unknown }), __metatable = false }

--- The object of a run: `id`, `name`, `pay` and the methods above.
function M.new(run)
  local flow = setmetatable({ id = run.row.id, name = run.row.name, pay = run.client.pay }, mt)
  runs[flow] = run
  return flow
end

--- Ends the run of an object. What is left waiting in it would hold itself: not every Lua's weak tables see through
-- that.
function M.close(flow) runs[flow] = false end

return M
