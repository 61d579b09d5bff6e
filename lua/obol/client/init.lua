--- The client: what `obol.open` answers.

local clone = require "obol.clone"
local config = require "obol.config"
local checked = require "obol.client.options"
local fault = require "obol.client.fault"
local generation = require "obol.client.generation"
local health = require "obol.client.health"
local loaded = require "obol.client.loaded"
local resource = require "obol.client.resource"
local time = require "obol.client.time"
local wait = require "obol.wait"

local M = {}

local make_call -- of obol.client.call, once it was needed

local resources = { "payments", "refunds", "subscriptions", "payment_methods", "invoices", "products",
  "entitlements", "customers", "notifications", "events" }

local function check_self(pay, self, method)
  if self ~= pay then error(("expected pay:%s(...), called with a colon"):format(method), 3) end
end

local function check_open(client)
  if client.closed then error("the client is closed", 3) end
end

local function close(client)
  if client.closed then return end
  client.closed = true
  client.ledger:close()
  if type(client.transport.close) == "function" then pcall(client.transport.close) end
end

-- What is asked about, and the options of a call without it; or nil and an error.
local function operation_of(options)
  if type(options) ~= "table" or options.operation == nil then return "payment.create", options end
  local operation, rest = options.operation, clone(options)
  if operation ~= "payment.create" and operation ~= "subscription.create" then
    return nil, fault.invalid("options.operation", "expected payment.create or subscription.create")
  end
  rest.operation = nil
  return operation, rest
end

local function add_methods(pay, client)
  --- Why each account fits a payment, or does not: { operation =, account =, error =, accounts = list
  -- of { account =, provider =, fits =, reason =, problem = (what is wrong with the call as written) } }.
  -- Where the configuration has `routes`, also `rule` (the name of the one that decides), `rules` (each { name =,
  -- file =, line =, matched =, chosen =, raised =, field =, reason = }), `order` (the accounts to be tried), `draw`
  -- (of a split: { by =, accounts = list of { account =, weight =, score = } }), and `place` in the line of an
  -- account.
  -- options: those of a call, and `operation` (`payment.create`, or `subscription.create`).
  function pay.explain(self, params, options)
    check_self(pay, self, "explain")
    check_open(client)
    resource.want(params, "table", "a payment")
    local operation, rest = operation_of(options)
    if not operation then return nil, rest end
    local limits, err = checked.check(client.current, rest)
    if not limits then return nil, err end
    return require("obol.client.choose").explain(client.current, operation, params, limits)
  end

  --- Runs what is expected beside the rules: a list of { name =, line =, ok =, problem = } and how many do not
  -- hold; or nil and an error (`unsupported`) where the configuration has no `routes`.
  -- options: `routes` (the path of a file, or a table): those rules instead, which are not in use. Where they cannot be
  -- used, all that is wrong is in the error's `fields`.
  function pay.test_routes(self, options)
    check_self(pay, self, "test_routes")
    check_open(client)
    if options ~= nil then resource.want(options, "table", "options") end
    return require("obol.client.choose").test(client.current, options)
  end

  --- One operation of one account, beneath everything: nothing is recorded, nothing is resolved.
  -- Answers its result whenever an answer could be read (and the error of one that is no success), or
  -- nil and an error.
  function pay.call(self, name, operation, params, options)
    check_self(pay, self, "call")
    check_open(client)
    make_call = make_call or require("obol.client.call").make
    return make_call(client.current, name, operation, params, options)
  end

  --- Ends the client. Every later call of it is an error.
  function pay.close(self)
    check_self(pay, self, "close")
    close(client)
  end
end

local function add_watching(pay, client)
  --- Hands every record of the log to `fn` too, beside the configuration's `log`.
  function pay.watch(self, fn)
    check_self(pay, self, "watch")
    check_open(client)
    resource.want(fn, "function", "what takes the records")
    client.watchers[#client.watchers + 1] = fn
  end

  --- For numbers, which need none of the rest of a record and should cost next to nothing: `counters` = { call =
  -- function(account, operation, outcome, duration_ms), alarm = function(account, alarm) }, each of which may be left
  -- out. In nginx these functions must not wait.
  function pay.count(self, counters)
    check_self(pay, self, "count")
    check_open(client)
    resource.want(counters, "table", "what counts")
    for name, fn in pairs(counters) do
      if name ~= "call" and name ~= "alarm" then error("expected call or alarm", 2) end
      resource.want(fn, "function", "what counts")
    end
    client.counters[#client.counters + 1] = clone(counters)
  end
end

local function add_reconcile(pay, client)
  --- Looks at whatever is unresolved and due: payments that are under way or unknown, refunds, changes and
  -- renewals of subscriptions, notifications that wait for their order, and, twice, payments that ended
  -- without proof. Each is asked about on its provider's schedule, then at growing intervals of a day at
  -- most, and is never dropped. Run it every few seconds (in nginx obol.nginx does), in as many processes as
  -- you like: each row is leased to one of them, for a time, and what is recorded is recorded once. A
  -- caller's own call that is under way is not disturbed.
  --
  -- options: `limit` (rows to look at; all that are due without it), `until_ms` (what is due by then; now),
  -- `at_once` (8), `timeout_ms` (of one look; 10000), `on_progress` (a function that gets each entry and the
  -- report so far; answering false it ends the run), `dry_run` (true: the report lists as `due` what there is
  -- to look at; nothing is asked or written).
  --
  -- Answers a report: `looked`, and of these `settled`, `changed`, `waiting`, `failed` (asked in vain) and
  -- `taken` (another process looks at it); `left` (whether more is due); `unresolved`, a list of what asking
  -- cannot resolve. An entry has `kind` (`payment`, `refund`, `subscription`, `notification`), `id`, `order_id`,
  -- `status`, `account`, `since_ms`, `due_ms`, `looks`, `attempt`, `error`, `result` and, in that list, `why`:
  -- `account` (not configured any more), `payer` (shown to its payer alone), `nothing_asks` (no query finds
  -- it), `not_attached` (nothing could prove it), `schedule_over` (every query was made) or `no_order`. Where the
  -- ledger fails, the answer is the report and an error, or nil and an error when nothing was looked at.
  function pay.reconcile(self, options)
    check_self(pay, self, "reconcile")
    check_open(client)
    if options ~= nil then resource.want(options, "table", "options") end
    return wait.detached(require("obol.client.reconcile").run, client.current, options)
  end
end

local function add_reload(pay, client)
  --- Loads again what the configuration names as scripts: its rules, its flows and the providers that are defined in
  -- Lua, with the accounts that use those. Everything is loaded and checked, and what is expected beside the rules is
  -- run; then all of it takes the place of what was there. Calls that are under way end as they began; so does a
  -- flow's run, and the next one goes on with the new code. When anything is wrong, nothing changes.
  --
  -- The configuration itself (accounts, keys, ledger, names of files) is not read again, nor is a module that a
  -- script requires. What was counted towards limits stays counted.
  --
  -- options: `if_changed` (true: only if a file has another content than when it was last loaded or tried).
  --
  -- Answers what pay:status() does, with `changed` (whether anything was loaded), or nil and an error of kind `invalid`
  -- with all that is wrong in `fields`, each with its file and line; it stands in pay:status() until a later one
  -- succeeds.
  function pay.reload(self, options)
    check_self(pay, self, "reload")
    check_open(client)
    if options ~= nil then resource.want(options, "table", "options") end
    return require("obol.client.reload").run(client, options or {})
  end

  --- What is loaded: { mode =, generation = (1, and one more with each reload that succeeded), opened_ms =,
  -- loaded_ms = (when the scripts were loaded that hold now), accounts = names of those configured, files = list of {
  -- kind = "routes", "provider" or "flow", path =, digest = (SHA-256 of the content, nil where it could not be read) },
  -- routes = { rules =, expectations = } or nil, providers = names of those defined in the files, flows = their names,
  -- reload = nil, or of the last one { at_ms =, ok =, error = (nil where it succeeded: text), fields = list of { field
  -- =, message = } } }.
  function pay.status(self)
    check_self(pay, self, "status")
    check_open(client)
    return loaded.status(client)
  end
end

local function build(opened, parts)
  local client = {
    mode = opened.mode, accounts = opened.accounts, names = opened.names, ledger = opened.ledger,
    transport = opened.transport, timeout_ms = opened.timeout_ms, log = opened.log, buckets = {},
    sessions = {}, watchers = {}, counters = {}, routes = opened.routes,
    flow_definitions = opened.flows or {}, parts = parts,
  }
  time.add(client, opened)
  health.add(client, opened.dict)
  generation.begin(client)
  loaded.begin(client, opened.scripts)
  local pay = {}
  add_methods(pay, client)
  add_watching(pay, client)
  health.add_methods(pay, client, function(self, method)
    check_self(pay, self, method)
    check_open(client)
  end)
  add_reconcile(pay, client)
  add_reload(pay, client)
  client.pay = pay
  local names = clone(resources)
  for name in pairs(parts) do names[#names + 1] = name end
  return resource.guard(pay, names, function(name)
    local part = parts[name]
    return resource.new(name, client, part and part.resource() or require("obol.client." .. name))
  end)
end

-- Called in tail position, so that misuse is raised at the caller's line.
local function open(source, parts)
  if type(source) ~= "string" and type(source) ~= "table" then
    error("expected the path of a configuration or a table", 2)
  end
  local opened, err = config.open(source, parts)
  if not opened then return nil, err end
  return build(opened, parts)
end

--- Opens a client from a configuration file's path or a table: the client, or nil and an error that
-- lists every mistake in `fields`.
function M.open(source) return open(source, {}) end

--- `open` with parts that are built on the client: { <name of a resource and key of the configuration> = { resource =
-- (a function that answers its methods), load = function(value, folder, add) } }.
function M.with(parts)
  return function(source) return open(source, parts) end
end

return M
