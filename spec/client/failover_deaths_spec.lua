local core = require "obol.core"
local hops = require "spec.client.hops"
local support = require "spec.client.support"

-- A call that goes from account to account ends, with its process, wherever it could: before and after everything that
-- it writes, reads or sends. Or it is held up there for long, and lives. Others find what it left.

local ORDER = { "cards", "safe", "pages" }
local MINUTE, DAY = 60000, 86400000

-- What others do then, in their order: words of `deeds`.
local rescues = { { "reconcile", "create" }, { "create", "reconcile" }, { "refresh", "create" },
  { "wait", "reconcile", "create" }, { "wait", "create", "reconcile" }, { "wait", "refresh", "create" } }

local function deeds(pay, clock, ledger, world)
  return {
    wait = function() clock.now = clock.now + MINUTE end,
    reconcile = function() assert(pay:reconcile { at_once = 1 }) end,
    refresh = function() return pay.payments:refresh "A-1" end,
    create = function()
      local row = ledger:payment "A-1"
      local one = row and row.attempt and ledger:attempt(row.attempt)
      local asked, is_between = world.count, row and row.status == "created" and one and one.slot == nil
      local may = not is_between or row.due_ms <= clock.now
      local payment = assert(hops.create(pay))
      if not may then
        assert.equal(asked, world.count, "a second attempt began beside a call that goes on")
        assert.equal("created", payment.status)
      end
      if is_between then world.found = (world.found or 0) + 1 end
      return payment
    end,
  }
end

-- A world in which what each account answers is given by `answers`, then drawn.
local function new_world(answers, seed)
  local draw, at = hops.chooser({}, seed), 0
  local world = hops.new(function(list)
    if #list < 9 then return draw(list) end
    at = at + 1
    return answers[at] or draw(list)
  end)
  world.count = 0
  local create = world.create
  function world:create(request)
    world.count = world.count + 1
    return create(self, request)
  end
  return world
end

-- One call that stops at its step `step`; then a rescue. `is_late`: it goes on behind that. Answers the world, the
-- events, and whether the call came so far.
local function run(answers, step, rescue, is_late, seed)
  local world, ledger, clock = new_world(answers, seed), hops.yielding_ledger(), { now = support.NOW }
  local function open()
    return (hops.open(world, ORDER, { ledger = ledger, clock = function() return clock.now end }))
  end
  -- what is on its way for longer than its call waits is another matter
  world.pauses = not is_late
  core.monotonic_ms = function() return clock.now - support.NOW end
  local first = open()
  local call = coroutine.create(function() return hops.create(first) end)
  local count = 0
  while count < step and coroutine.status(call) ~= "dead" do
    assert(coroutine.resume(call))
    count = count + 1
  end
  local is_dead = coroutine.status(call) == "dead"
  hops.through(function()
    local pay = open()
    local all = deeds(pay, clock, ledger, world)
    for _, name in ipairs(rescue) do
      if name ~= "refresh" or ledger:payment "A-1" then all[name]() end
    end
  end)
  while is_late and coroutine.status(call) ~= "dead" do assert(coroutine.resume(call)) end
  hops.through(function()
    local pay = open()
    -- what is unknown, or may be paid, is asked about until it is settled
    for _ = 1, 3 do
      clock.now = clock.now + DAY
      assert(pay:reconcile { at_once = 1 })
    end
    world:check_ledger(ledger)
  end)
  local row, one, events
  hops.through(function()
    row, events = ledger:payment "A-1", ledger:list("events", { limit = 100 })
    one = row and ledger:attempt(row.attempt)
  end)
  return world, row, one, events, is_dead
end

local function count_of(events, name)
  local count = 0
  for _, event in ipairs(events) do count = count + (event.type == name and 1 or 0) end
  return count
end

local is_sanitized = (os.getenv "LD_PRELOAD" or ""):find "san" ~= nil

describe("a process that ends while its call goes from account to account", function()
  local restore, monotonic_ms
  setup(function()
    restore, monotonic_ms = support.install(), core.monotonic_ms
  end)
  after_each(function() core.monotonic_ms = monotonic_ms end)
  teardown(function() restore() end)

  local first = { { "rejected" }, { "not_sent" }, { "declined", "declined" }, { "rejected", "declined" },
    { "rejected", "rejected", "rejected" }, { "unknown_declined", "rejected" }, { "unknown_none" } }

  -- What must hold of one end of a call.
  local function check(where, world, row, one, events)
    assert.is_nil(world.broken, where)
    assert.is_true(world:taken() <= 1, where)
    if not row then return end
    assert.is_true(row.status ~= "created" or one.slot ~= nil, where)
    assert.equal(row.status == "succeeded" and 1 or 0, count_of(events, "payment.succeeded"), where)
    -- once for a call that came to an end, and those are two at most
    assert.is_true(count_of(events, "payment.failed") <= 2, where)
  end

  for place, answers in ipairs(first) do
    it("leaves nothing that is lost, doubled or told wrongly: " .. table.concat(answers, ", "), function()
      local found, step, is_dead = 0, 0, false
      while not is_dead do
        step = step + (is_sanitized and 7 or 1)
        -- each place with two of the rescues, in turn
        for late = 0, 1 do
          local rescue = rescues[(step + place + late * 3) % #rescues + 1]
          local world, row, one, events
          world, row, one, events, is_dead = run(answers, step, rescue, late == 1, step * 7919 + late * 31 + place)
          check(("step %d, %s%s"):format(step, table.concat(rescue, ", "), late == 1 and ", late" or ""),
            world, row, one, events)
          found = found + (world.found or 0)
        end
      end
      assert.is_true(step > 20)
      local is_moving = answers[1] ~= "unknown_none"
      if is_moving and not is_sanitized then assert.is_true(found > 0, "nobody found it between two accounts") end
    end)
  end
end)
