local obol = require "obol"
local support = require "spec.flow.support"

local SECOND = 1000

describe("pay.flows", function()
  local restore
  setup(function() restore = support.install() end)
  teardown(function() restore() end)

  local function echo() return obol.flow("echo", function(_, input) return input end) end
  local function nap() return obol.flow("nap", function(flow) flow:sleep "10s" end) end

  it("starts a flow and answers it whole", function()
    local pay = support.open { echo() }
    local flow = assert(pay.flows:start("echo", { a = 1 }, { id = "f-1" }))
    assert.same({ id = "f-1", name = "echo", status = "succeeded", input = { a = 1 }, result = { a = 1 }, steps = 0,
      created_ms = support.NOW, updated_ms = support.NOW }, flow)
    assert.same(flow, pay.flows:get "f-1")
    local other = pay.flows:start "echo"
    assert.matches("^%x+$", other.id)
    assert.equal(32, #other.id)
    assert.is_nil(other.input)
  end)

  it("answers the same flow for the same id, name and input, and a conflict for others", function()
    local count = 0
    local pay = support.open { obol.flow("a", function() count = count + 1 end), echo() }
    local input = { list = { 1, 2 }, amount = obol.money("1.00", "USD") }
    pay.flows:start("a", input, { id = "f" })
    assert.equal("succeeded", pay.flows:start("a", { amount = obol.money("1.00", "USD"), list = { 1, 2 } },
      { id = "f" }).status)
    assert.equal(1, count)
    for _, other in ipairs { { list = { 1 }, amount = input.amount }, { list = { 1, 2 } }, "x", false } do
      local flow, err = pay.flows:start("a", other, { id = "f" })
      assert.is_nil(flow)
      assert.equal("conflict", err.kind)
    end
    assert.equal("conflict", select(2, pay.flows:start("echo", input, { id = "f" })).kind)
  end)

  it("keeps others from a flow while it runs, and says for how long", function()
    local err
    local pay = support.open { obol.flow("a", function(flow)
      flow:step("deliver", function() err = select(2, flow.pay.flows:resume "f") end)
    end) }
    assert.equal("succeeded", pay.flows:start("a", nil, { id = "f" }).status)
    assert.equal("conflict", err.kind)
    assert.matches("^another process runs the flow; if that one has died, another takes it up in %d+ s$", err.message)
    assert.is_true(err.retryable and err.retry_after_ms > 0)
  end)

  it("leaves the running to somebody else where it is asked to", function()
    local pay = support.open { echo() }
    local flow = pay.flows:start("echo", 1, { run = false, id = "f" })
    assert.equal("running", flow.status)
    assert.equal("f", flow.id)
    local report = pay.flows:run()
    assert.same({ looked = 1, ended = 1, failed = 0, waiting = 0, stopped = 0, taken = 0, unknown = 0, left = false },
      report)
    assert.equal(1, pay.flows:get("f").result)
  end)

  it("refuses what it is not to be given", function()
    local pay = support.open { echo() }
    local _, err = pay.flows:start "ecko"
    assert.same({ "invalid", "name" }, { err.kind, err.field })
    assert.matches("did you mean `echo`", err.message)
    for _, one in ipairs { { { id = "" }, "options.id" }, { { id = ("x"):rep(129) }, "options.id" },
      { { id = "a\n" }, "options.id" }, { { id = 5 }, "options.id" }, { { run = 1 }, "options.run" },
      { { runn = false }, "options.runn" } } do
      _, err = pay.flows:start("echo", nil, one[1])
      assert.same({ "invalid", one[2] }, { err.kind, err.field })
    end
    assert.has_error(function() pay.flows:start() end)
    assert.has_error(function() pay.flows:start("echo", nil, 5) end)
    assert.has_error(function() pay.flows.start("echo") end)
    assert.has_error(function() pay.flows:stat() end)
    assert.has_error(function() pay.flows:run(5) end)
    assert.equal("not_found", select(2, pay.flows:get "x").kind)
    assert.equal("not_found", select(2, pay.flows:steps "x").kind)
    assert.equal("not_found", select(2, pay.flows:resume "x").kind)
    for name, value in pairs { limit = 0, until_ms = -1, at_once = 101, lease_ms = 10, on_progress = 5, goes_on = 5,
      x = 1 } do
      _, err = pay.flows:run { [name] = value }
      assert.same({ "invalid", name }, { err.kind, err.field })
    end
    assert.equal(0, #pay.flows:list())
  end)

  it("lists by name and state, in pages", function()
    local pay, about = support.open { echo(), nap() }
    for place = 1, 5 do
      pay.flows:start(place % 2 == 0 and "nap" or "echo", place, { id = "f-" .. place })
      support.pass(about, 1)
    end
    local function ids(query)
      local found = {}
      for place, flow in ipairs((assert(pay.flows:list(query)))) do found[place] = flow.id end
      return found
    end
    assert.same({ "f-1", "f-2", "f-3", "f-4", "f-5" }, ids())
    assert.same({ "f-2", "f-4" }, ids { name = "nap" })
    assert.same({ "f-1", "f-3", "f-5" }, ids { status = "succeeded" })
    assert.same({ "f-4" }, ids { name = "nap", status = "waiting", from_ms = support.NOW + 2 })
    local first, cursor = pay.flows:list { limit = 2 }
    assert.equal(2, #first)
    assert.same({ "f-3", "f-4" }, ids { limit = 2, cursor = cursor })
    local _, err = pay.flows:list { status = "waitin" }
    assert.matches("did you mean `waiting`", err.message)
    _, err = pay.flows:list { nam = "nap" }
    assert.equal("nam", err.field)
  end)

  it("runs what is due, so many at most, and tells of each", function()
    local pay, about = support.open { nap() }
    for place = 1, 5 do pay.flows:start("nap", nil, { id = "f-" .. place }) end
    assert.equal(0, pay.flows:run().looked)
    support.pass(about, 10 * SECOND)
    local seen = {}
    local report = pay.flows:run { limit = 2, at_once = 1, on_progress = function(flow, so_far)
      seen[#seen + 1] = flow.id .. " " .. flow.result .. " " .. so_far.looked
    end }
    assert.same({ "f-1 ended 1", "f-2 ended 2" }, seen)
    assert.is_true(report.left)
    report = pay.flows:run { at_once = 1, on_progress = function() return false end }
    assert.equal(1, report.looked)
    assert.is_true(report.left)
    assert.has_error(function()
      pay.flows:run { at_once = 1, on_progress = function() error("my own", 0) end }
    end, "my own")
    report = pay.flows:run()
    assert.equal(1, report.ended)
    assert.is_false(report.left)
  end)

  it("leaves flows between two steps where it is told to, without their lease", function()
    local calls, goes_on = 0, true
    local walk = obol.flow("walk", function(flow)
      for place = 1, 3 do
        flow:step("step " .. place, function()
          calls = calls + 1
          if calls == 2 then goes_on = false end
        end)
      end
      flow:fail "far enough"
    end)
    local pay = support.open { walk }
    for place = 1, 2 do pay.flows:start("walk", nil, { id = "f-" .. place, run = false }) end
    local report = pay.flows:run { at_once = 1, goes_on = function() return goes_on end }
    assert.same({ 2, 1, 1, true }, { calls, report.looked, report.waiting, report.left })
    local flow = pay.flows:get "f-1"
    assert.same({ "waiting", 2 }, { flow.status, flow.steps })
    assert.equal(0, pay.flows:run({ goes_on = function() return false end }).looked)
    -- nothing holds it, and what was done is not done again
    report = pay.flows:run()
    assert.same({ 6, 2 }, { calls, report.failed })
  end)

  it("looks ahead where it is asked to, and runs nothing before its time", function()
    local pay = support.open { nap() }
    pay.flows:start("nap", nil, { id = "f" })
    local report = pay.flows:run { until_ms = support.NOW + 10 * SECOND }
    assert.equal(1, report.waiting)
    local flow = pay.flows:get "f"
    assert.equal("waiting", flow.status)
    assert.equal(support.NOW + 10 * SECOND, flow.due_ms)
  end)

  it("leaves flows alone that are not configured here, and says how many are due", function()
    local pay, about = support.open { nap(), echo() }
    for place = 1, 150 do pay.flows:start("nap", nil, { id = "n-" .. place }) end
    pay.flows:start("echo", nil, { id = "e", run = false })
    support.pass(about, 10 * SECOND)
    local other = support.open({ echo() }, { ledger = about.ledger, clock = about.clock })
    local report = other.flows:run()
    assert.equal(150, report.unknown)
    assert.equal(1, report.ended)
    assert.is_false(report.left)
    assert.equal("waiting", other.flows:get("n-1").status)
    local _, err = other.flows:resume "n-1"
    assert.same({ "invalid", "expected a flow that is configured here, and `nap` is not" }, { err.kind, err.message })
    assert.equal(150, pay.flows:run().ended)
    assert.equal("conflict", select(2, other.flows:resume "n-1").kind)
  end)

  it("has nothing to do without flows", function()
    local pay = support.open()
    assert.equal(0, pay.flows:run().looked)
    assert.same({}, (pay.flows:list()))
  end)

  it("says what its ledger says", function()
    local pay, about = support.open { nap(), echo() }
    pay.flows:start("nap", nil, { id = "f" })
    support.pass(about, 10 * SECOND)
    local broken = obol.error.new { kind = "storage", message = "disk full" }
    local run = about.ledger.store.run
    about.ledger.store.run = function() return nil, broken end
    assert.same({ false, "storage" }, { pay.flows:start("echo", 1) or false, select(2, pay.flows:start "echo").kind })
    assert.equal("storage", select(2, pay.flows:run()).kind)
    assert.equal("storage", select(2, pay.flows:resume "f").kind)
    assert.equal("storage", select(2, pay.flows:tell("f", "x", 1)).kind)
    -- it fails once the flow is durable: the flow is there, and taken up later
    local count = 0
    about.ledger.store.run = function(...)
      count = count + 1
      if count > 1 then return nil, broken end
      return run(...)
    end
    local flow, err = pay.flows:start("echo", 1, { id = "g" })
    assert.equal("running", flow.status)
    assert.equal("storage", err.kind)
    about.ledger.store.run = run
    support.pass(about, 60 * SECOND)
    assert.equal(2, pay.flows:run().ended)
    assert.equal(1, pay.flows:get("g").result)
  end)

  it("tells the log how each run ended, without what went through it", function()
    local pay, about = support.open { obol.flow("a", function(flow, input)
      flow:step("x", function() return input end)
      flow:sleep "10s"
    end), obol.flow("b", function() error "no" end) }
    pay.flows:start("a", "hush", { id = "f" })
    support.pass(about, 10 * SECOND)
    pay.flows:run()
    pay.flows:start("b", "hush", { id = "g" })
    local told = {}
    for _, record in ipairs(about.records) do
      for _, value in pairs(record) do assert.not_equal("hush", value) end
      if record.type == "flow" then told[#told + 1] = ("%s %s %d"):format(record.flow, record.status, record.steps) end
    end
    assert.same({ "f succeeded 2", "g stopped 0" }, told)
  end)

  it("ends with the client", function()
    local pay = support.open { echo() }
    pay:close()
    assert.has_error(function() pay.flows:run() end, "the client is closed")
  end)
end)
