--- What the operations of a flow do when they are asked for and not recorded as done. Each gets the run, the request
-- and its recorded step (nil, or one that is open), and answers the packed results with which the flow goes on; or nil
-- when it does not: then the run has `outcome`, `err` or `failing`.

local await = require "obol.flow.await"
local clone = require "obol.clone"
local due = require "obol.flow.due"
local errors = require "obol.error"
local keys = require "obol.client.keys"
local ledger = require "obol.ledger"
local record = require "obol.flow.record"
local value = require "obol.flow.value"

local M = {}

local unpack = table.unpack or unpack
local none = ledger.none
local LASTING = {} -- marks what is raised when trying again would not help

local function pack(...) return { n = select("#", ...), ... } end

local function describe(request)
  return request.kind .. (request.name and " `" .. request.name .. "`" or "")
end

-- Records the results, and answers them as they will be answered when the flow runs again.
local function done(run, request, to, ...)
  local packed, problem = value.pack("the results", select("#", ...), ...)
  if not packed then
    return record.stop(run, record.error_row(("%s: %s"):format(describe(request), problem), request.line))
  end
  if not record.done(run, request, { value = packed }, to) then return nil end
  return pack(value.unpack(packed))
end

M.done = done

-- Whether the deadline bounds the wait for a step's next try. The undo steps of a flow that fails are not bounded.
local function is_bounded(request) return request.kind ~= "undo" end

-- Records that the step failed once more: it is tried again later, or the flow stops, or fails of its deadline.
local function failed(run, request, step, raised)
  local err = record.error_row(raised, ("%s: %s"):format(request.line, describe(request)))
  local tries = (step and step.tries or 0) + 1
  if tries >= (request.tries or run.definition.tries) then
    err.message = ("%s (tried %d times)"):format(err.message, tries)
    return record.stop(run, err, request, { state = "open", tries = tries, error = err, until_ms = none })
  end
  if is_bounded(request) and await.is_over(run) then return await.over(run, request, err) end
  local until_ms = run.client.clock() + due.pause_ms(run.client, tries)
  local due_ms = is_bounded(request) and await.within(run, until_ms) or until_ms
  if record.wait(run, request, { tries = tries, error = err, until_ms = until_ms }, due_ms, { error = err }) then
    run.outcome = "waiting"
  end
  return nil
end

-- An error that does not go away by itself.
local function is_lasting(err)
  if err.retryable then return false end
  return err.kind == "invalid" or err.kind == "unsupported" or (err.kind == "conflict" and err.field == nil)
end

-- Runs work(key), which answers results or raises, with the pauses of a step that failed before. It takes
-- `longest_ms` at most, where that is known.
local function try(run, request, step, work, longest_ms)
  local forced = run.force
  run.force = nil
  if forced and step then
    step = clone(step)
    step.tries = nil
  elseif step and step.until_ms and step.until_ms > run.client.clock() then
    if is_bounded(request) and await.is_over(run) then return await.over(run, request, step.error) end
    local due_ms = is_bounded(request) and await.within(run, step.until_ms) or step.until_ms
    if record.rest(run, due_ms) then run.outcome = "waiting" end
    return nil
  end
  local id, err = run.client.ledger:id()
  if not id then return record.refused(run, err) end
  if longest_ms and not record.keep(run, longest_ms) then return nil end
  local key = keys.derive(id, "flow", request.kind, run.row.id, request.number)
  local results = pack(pcall(work, key))
  if results[1] then return done(run, request, nil, unpack(results, 2, results.n)) end
  local raised = results[2]
  if type(raised) == "table" and rawget(raised, LASTING) then
    err = record.error_row(raised[LASTING], ("%s: %s"):format(request.line, describe(request)))
    return record.stop(run, err, request, { state = "open", error = err })
  end
  return failed(run, request, step, raised)
end

-- What a call answered; raises its error where it recorded nothing.
local function answered(object, err)
  if object ~= nil then return object end
  if is_lasting(err) then error({ [LASTING] = err }, 0) end
  error(err, 0)
end

function M.step(run, request, step)
  return try(run, request, step, request.fn, request.lease_ms)
end

-- A call's limit where nothing sets another, and the longest that can be set.
local CALL_MS, MAX_CALL_MS = 30000, 600000

-- The longest that a call with these options takes; the account itself says what is wrong with them.
local function limit_of(run, options)
  local given = options.timeout_ms
  local fits = type(given) == "number" and given > 0 and given <= MAX_CALL_MS
  return fits and given or run.client.timeout_ms or CALL_MS
end

function M.undo(run, request, step)
  local results = request.results or { n = 0 }
  return try(run, request, step, function(key) return request.fn(key, unpack(results, 1, results.n)) end)
end

-- The keys of the attempts of an order that are in the flow's record.
local function recorded_attempts(run, order_id)
  local found = {}
  for _, step in pairs(run.steps) do
    if step.subject == order_id and step.value then
      local object = value.unpack(step.value)
      object = type(object) == "table" and (object.payment or object) or {}
      for _, one in ipairs(object.attempts or {}) do found[one.key] = true end
    end
  end
  return found
end

-- The payment that ended without success by a create of this flow whose record was lost: it is answered as it is,
-- where creating it again would begin its next attempt.
local function lost(run, request)
  local row, err = run.client.ledger:payment(request.subject)
  if err then error(err, 0) end
  if not row or not (row.status == "failed" or row.status == "expired") or not row.attempt then return false end
  if row.created_ms < run.row.created_ms or recorded_attempts(run, request.subject)[row.attempt] then return false end
  local one = run.client.ledger:attempt(row.attempt)
  return one ~= nil and one.created_ms >= run.row.created_ms
end

-- What the payer's script needs of an action is a secret, which is not recorded.
local function without_secret(object)
  for _, one in ipairs { object, object.payment } do
    local action = one.action
    if action and action.client_secret ~= nil then
      one.action = clone(action)
      one.action.client_secret = nil
    end
  end
  return object
end

function M.create(run, request, step)
  local name = request.name == "payment" and "payments" or "subscriptions"
  return try(run, request, step, function()
    local resource = run.client.pay[name]
    if lost(run, request) then return answered(resource:get(request.subject)) end
    return without_secret(answered(resource:create(request.order, request.options)))
  end, limit_of(run, request.options))
end

-- A refund that did not leave is tried again; one that the provider refused is not.
local function is_unsent(refund)
  return refund.status == "failed" and errors.is(refund.error) and refund.error.outcome == "not_sent"
end

function M.refund(run, request, step)
  local options = request.options
  return try(run, request, step, function(key)
    local refunds = run.client.pay.refunds
    local before = refunds:get(key)
    if before and before.status == "failed" and not is_unsent(before) then return before end
    local refund = answered(refunds:create(request.subject, { refund_id = key, amount = options.amount,
      reason = options.reason, provider_id = options.provider_id }, { timeout_ms = options.timeout_ms }))
    if is_unsent(refund) then error(refund.error, 0) end
    return refund
  end, limit_of(run, options))
end

function M.now(run, request)
  return done(run, request, nil, run.client.clock())
end

function M.present(run, request)
  local action, problem = value.write("the action", request.action)
  if not action then return record.stop(run, record.error_row(problem, request.line)) end
  return done(run, request, { action = action })
end

function M.deadline(run, request)
  return done(run, request, { deadline_ms = run.client.clock() + request.ms })
end

function M.sleep(run, request, step)
  local now = run.client.clock()
  local until_ms = step and step.until_ms or now + request.ms
  if now >= until_ms then return done(run, request) end
  if await.is_over(run) then return await.over(run, request) end
  local due_ms = await.within(run, until_ms)
  local ok
  if step then ok = record.rest(run, due_ms) else ok = record.wait(run, request, { until_ms = until_ms }, due_ms) end
  if ok then run.outcome = "waiting" end
  return nil
end

-- The first word of the name that no step of this flow has received.
local function next_word(run, name)
  local received = {}
  for _, step in pairs(run.steps) do
    if step.kind == "receive" and step.subject then received[step.subject] = true end
  end
  for _, word in ipairs(run.words) do
    if word.name == name and not received[word.id] then return word end
  end
  return nil
end

local function receive(run, request, word)
  if not record.done(run, request, { value = word.value, subject = word.id }) then return nil end
  return pack(value.unpack(word.value))
end

function M.receive(run, request, step)
  local now = run.client.clock()
  local until_ms = step and step.until_ms or request.timeout_ms and now + request.timeout_ms or nil
  local word = next_word(run, request.name)
  if word then return receive(run, request, word) end
  if until_ms and now >= until_ms then return done(run, request, nil, nil) end
  if await.is_over(run) then return await.over(run, request) end
  local due_ms = await.within(run, math.min(until_ms or math.huge, due.word_ms(run.client)))
  local ok
  if step then
    ok = record.rest(run, due_ms)
  else
    ok = record.wait(run, request, { until_ms = until_ms }, due_ms)
  end
  if not ok then return nil end
  -- one that was told before this was recorded woke nobody
  local _, words = run.client.ledger:flow_record(run.row.id)
  run.words = words or run.words
  word = next_word(run, request.name)
  if word and record.claim(run) then return receive(run, request, word) end
  run.outcome = run.outcome or not run.err and "waiting" or nil
  return nil
end

M.await = await.run

-- The error of which a flow fails, from what it gave.
local function failure(request)
  local what = request.what
  if errors.is(what) then return record.error_row(what) end
  if type(what) == "table" and errors.is(what.error) then return record.error_row(what.error) end
  local text = "the flow has failed"
  if type(what) == "string" then text = record.text(what) end
  if type(what) == "table" and type(what.status) == "string" and what.order_id then
    text = ("`%s` is %s"):format(what.refund_id or what.order_id, what.status)
  end
  return { kind = "declined", message = text }
end

function M.fail(run, request)
  local err = failure(request)
  if record.done(run, request, { value = { n = 1, list = { err } } }) then run.failing = err end
  return nil
end

return M
