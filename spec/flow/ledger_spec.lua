-- What the ledger has to do for flows, beyond its own specs: tables of the first version, checking, moving.

local all_rows = require "spec.ledger.all_rows"
local ledgers = require "obol.ledger"
local move = require "obol.ledger.move"
local obol = require "obol"
local places = require "spec.ledger.places"
local problems_of = require "spec.ledger.problems"
local support = require "spec.flow.support"
local tables = require "obol.ledger.tables"

-- The tables as the first version had them.
local function first_tables()
  local first = {}
  for name, about in pairs(tables) do
    if (about.first or 1) == 1 then
      local columns, search = {}, {}
      for column, kind in pairs(about.columns) do
        if not (about.since or {})[column] then columns[column] = kind end
      end
      for _, list in ipairs(about.search or {}) do
        local is_old = true
        for column in list:gmatch "[%w_]+" do is_old = is_old and columns[column] ~= nil end
        if is_old then search[#search + 1] = list end
      end
      first[name] = { key = about.key, counter = about.counter, index = about.index, unique = about.unique,
        search = search, columns = columns }
    end
  end
  return first
end

-- Flows of every sort.
local function fill(ledger)
  local pay, about = support.open({ obol.flow("done", function(flow) flow:create(support.order "A-1") end),
    obol.flow("nap", function(flow) flow:sleep "1d" end), obol.flow("fail", function(flow) flow:fail "no" end),
    obol.flow("stop", function() error "no" end), obol.flow("wait", function(flow)
      flow:create(support.order "A-2")
      flow:await "A-2"
    end), obol.flow("word", function(flow) flow:receive "yes" end),
    obol.flow("try", function(flow) flow:step("x", function() error "no" end) end) },
    { ledger = ledger, create = support.page, query = support.page })
  for _, name in ipairs { "done", "nap", "fail", "stop", "wait", "word", "try" } do
    assert(pay.flows:start(name, { 1 }, { id = name }))
  end
  assert(pay.flows:start("done", nil, { id = "later", run = false }))
  assert(pay.flows:tell("word", "no", { 1 }))
  assert(pay.flows:run())
  return pay, about
end

places.describe("flows in a ledger in %s", function(kind)
  it("are checked, and found to be whole", function()
    local ledger = kind.open()
    fill(ledger)
    local found, counts = problems_of(ledger)
    assert.same({}, found)
    assert.equal(8, counts.flows)
    assert.equal(#all_rows(ledger).steps, counts.steps)
  end)

  it("are found to be wrong where they are", function()
    local none = ledgers.none
    local wrong = {
      { "flows", "nap", { due_ms = none }, "it is open and nobody will look at it" },
      { "flows", "stop", { due_ms = 5 }, "it is not open and is to be looked at" },
      { "flows", "stop", { waits_for = "A-1" }, "it waits for an order and is not waiting" },
      { "flows", "nap", { input = none }, "its input is not recorded" },
      { "flows", "done", { result = none }, "it has succeeded and its result is not recorded" },
      { "flows", "fail", { error = none }, "it has failed and its error is not recorded" },
      { "flows", "done", { steps = 2 }, "its steps are not all recorded" },
      { "flows", "nap", { steps = 0 }, "it has a step behind its last" },
      { "steps", "wait/1", { state = "open" }, "a step before its last is open" },
      { "steps", "wait/1", { flow = "gone" }, "its flow is not recorded" },
      { "steps", "wait/1", { state = "x" }, "its state is none" },
      { "steps", "wait/1", { value = none }, "it is done and what it answered is not recorded" },
      { "steps", "nap/1", { number = none }, "it has no number" },
    }
    for place = 1, kind.durable and 2 or #wrong do
      local one, ledger = wrong[place], kind.open()
      fill(ledger)
      assert(ledger.store:run { { set = one[1], key = one[2], to = one[3] } })
      local text = table.concat((problems_of(ledger)), "\n")
      assert.matches(one[4], text, 1, true)
    end
  end)

  it("are moved", function()
    local from, to = assert(ledgers.open "sqlite::memory:"), kind.open()
    local _, about = fill(from)
    local counts = assert(move.run(from, to))
    assert.equal(8, counts.flows)
    assert.same(all_rows(from), all_rows(to))
    local pay = support.open({ obol.flow("nap", function(flow) flow:sleep "1d" return "whole" end) },
      { ledger = to, clock = about.clock })
    support.pass(about, 86400000)
    pay.flows:run()
    assert.equal("whole", pay.flows:get("nap").result)
  end)

  if kind.durable then
    it("come to one that was made before there were any", function()
      local old = kind.open { tables = first_tables() }
      local pay = support.open(nil, { ledger = old, create = support.paid })
      pay.payments:create(support.order "A-0")
      assert.equal(1, old.store:about().version)
      assert(old.store:run { { put = "steps", row = { id = "x", flow = "y", name = "z", time_ms = 1 } } })
      local new = old.again()
      fill(new)
      assert.equal("succeeded", new:payment("A-0").status)
      assert.equal(new.store:about().newest, new.store:about().version)
      assert.equal(8, #all_rows(new).flows)
    end)

    it("cannot be in a state that is none", function()
      local ledger = kind.open()
      fill(ledger)
      local done, err = ledger.store.database:run { { "update obol_flows set status = 'paused'" } }
      assert.is_nil(done)
      assert.is_table(err)
    end)
  end
end, { install = support.install })
