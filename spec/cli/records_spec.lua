-- The commands that show and mend what is recorded, on a ledger in a file.

local ledger_support = require "spec.cli.ledger_support"
local support = require "spec.cli.support"

describe("the command line on a ledger:", function()
  local world, order
  setup(function() world, order = ledger_support.paid(), ledger_support.order end)
  teardown(function() world.stop() end)

  local run, json = ledger_support.runners(function() return world end)

  describe("obol payments", function()
    it("lists, filters and pages", function()
      local out = run(0, "payments").out
      assert.truthy(out:find "\n[%d-]+ [%d:]+  A%-1    succeeded  8%.88 USD  cards\n")
      assert.equal(3, #json(0, "payments", "--json").payments)
      local found = json(0, "payments", "--status", "failed", "--customer", "u-7", "--account", "cards", "--json")
      assert.same({ 1, "A-2" }, { #found.payments, found.payments[1].order_id })
      assert.equal("101", found.payments[1].error.provider_code)
      local page = json(0, "payments", "--limit", "2", "--json")
      assert.equal(2, #page.payments)
      page = json(0, "payments", "--limit", "2", "--cursor", page.cursor, "--json")
      assert.same({ 1, "A-3" }, { #page.payments, page.payments[1].order_id })
      assert.equal(0, #json(0, "payments", "--to", "2020-01-31", "--json").payments)
      assert.equal(3, #json(0, "payments", "--from", "24h", "--json").payments)
      assert.equal(0, #json(0, "payments", "--unresolved", "--json").payments)
      assert.truthy(run(0, "payments", "--from", "2099-01-01T00:00").out:find "no payments")
    end)

    it("refuses what it does not understand", function()
      for _, words in ipairs { { "--status", "paid" }, { "--limit", "0" }, { "--from", "yesterday" },
        { "--from", "2026-13-01" }, { "--from", "2026-02-31" }, { "--cursor", "x" } } do
        local ran = world.obol("payments", (table.unpack or unpack)(words))
        assert.equal(2, ran.status, words[1] .. " " .. words[2])
        -- an option that is read before anything is opened is named as it was written
        local named = words[1] == "--status" and "status: " or words[1] == "--cursor" and "cursor: " or words[1] .. ": "
        assert.truthy(ran.err:find("error: " .. named, 1, true), ran.err)
      end
      assert.truthy(world.obol("payments", "--status", "bogus").err:find("canceled, created, expired", 1, true))
    end)

    it("names the accounts there are where one is misspelt", function()
      local said = run(2, "payments", "--account", "nope").err
      assert.truthy(said:find("--account: the configuration has no account of this name; it has cards", 1, true), said)
      assert.truthy(run(2, "payments", "--account", "card").err:find("cards", 1, true))
      -- one that is known and has none is no mistake
      assert.truthy(run(0, "payments", "--account", "cards", "--to", "2020-01-31").out:find "no payments")
    end)

    it("lists the payments of an account that is not configured any more", function()
      local before = support.read(world.folder .. "/obol.lua")
      support.write(world.folder .. "/renamed.lua", (before:gsub("cards =", "others ="):gsub('routes = "[^"]*",', "")))
      local found = json(0, "payments", "--account", "cards", "--json", "--config", world.folder .. "/renamed.lua")
      assert.is_true(#found.payments > 0)
    end)

    it("does not end well where its output was lost", function()
      local ran = support.shell(world.folder, ("sh -c '%s payments --json >/dev/full'"):format(
        support.root .. "/scripts/obol"))
      assert.equal(3, ran.status)
      assert.truthy(ran.err:find "could not be printed")
    end)
  end)

  describe("obol payment", function()
    it("tells the story of an order", function()
      local out = run(0, "payment", "A-2").out
      assert.truthy(out:find "^A%-2  failed  8%.88 USD  at cards\n")
      assert.truthy(out:find "attempt  payment%.create at cards generation 1 by the rule by card\n")
      assert.truthy(out:find "answer   declined %(declined 101%) HTTP 200")
      local found = json(0, "payment", "A-1", "--json")
      local types = {}
      for place, entry in ipairs(found.timeline) do types[place] = entry.type end
      assert.same({ "attempt", "answer", "event" }, types)
      assert.equal("succeeded", found.payment.status)
      assert.equal("succeeded", json(0, "payment", "A-1", "--refresh", "--json").payment.status)
    end)

    it("says so where the provider was asked in vain", function()
      world.control("fault", { operation = "*", kind = "html", times = 1 })
      local ran = json(3, "payment", "A-2", "--refresh", "--json")
      assert.equal("failed", ran.payment.status)
      assert.equal("unknown", ran.error.outcome)
      world.control("fault", { operation = "*", kind = "html", times = 1 })
      assert.truthy(run(3, "payment", "A-2", "--refresh").out:find "\nerror: ")
      -- a decline that is recorded is no question that failed
      local found = json(0, "payment", "A-2", "--json")
      assert.is_nil(found.error)
      assert.equal("101", found.payment.error.provider_code)
    end)

    it("says that there is none", function()
      local ran = run(1, "payment", "A-9")
      assert.truthy(ran.err:find "no payment has this order_id")
      assert.equal("not_found", json(1, "payment", "A-9", "--json").error.kind)
    end)
  end)

  describe("obol reconcile", function()
    it("lists what is due, looks at it, and says what came of it", function()
      assert.equal("succeeded", world.pay.payments:create(order "A-4").status)
      assert.equal("processing", world.pay.refunds:create("A-4", { refund_id = "R-4" }).status)
      local due = json(0, "reconcile", "--dry-run", "--ahead", "24h", "--json").due
      local ids = {}
      for _, entry in ipairs(due) do ids[entry.id] = entry.kind end
      assert.equal("refund", ids["R-4"])
      world.control("advance", { ms = 3600000 })
      local ran = json(0, "reconcile", "--ahead", "1h", "--json")
      assert.equal(#due, ran.looked)
      assert.equal(0, ran.failed)
      assert.truthy(run(0, "reconcile", "--limit", "1").out:find "^looked at ")
      assert.truthy(run(0, "reconcile", "--dry-run", "--ahead", "1s").out:find "^nothing is due\n")
    end)

    it("says why something was asked in vain", function()
      assert.equal("succeeded", world.pay.payments:create(order "A-6").status)
      assert.equal("processing", world.pay.refunds:create("A-6", { refund_id = "R-6" }).status)
      world.control("fault", { operation = "*", kind = "html", times = 4 })
      local out = run(3, "reconcile", "--ahead", "30d", "--limit", "1").out
      assert.truthy(out:find "^looked at 1: 1 failed\n  cards: .+ %(1%)\n", out)
      world.control("fault", { operation = "*", kind = "html", times = 4 })
      local found = json(3, "reconcile", "--ahead", "30d", "--limit", "1", "--json")
      assert.same({ 1, 1, "cards" }, { found.failed, found.errors[1].count, found.errors[1].error.account })
    end)

    it("ends when it is told to, having said what it did", function()
      for signal, status in pairs { TERM = 0, INT = 130 } do
        local ran = support.shell(world.folder, ([[timeout -k 5 100 sh -c 'rm -f told
          %s reconcile --every 1h --json >told 2>said & pid=$!
          for _ in $(seq 300); do [ -s told ] && break; sleep 0.1; done
          kill -%s $pid; wait $pid']]):format(support.root .. "/scripts/obol", signal))
        assert.equal(status, ran.status, support.read(world.folder .. "/said"))
        assert.truthy(support.read(world.folder .. "/said"):find "ended: what was learnt is recorded")
      end
    end)

    it("refuses wrong lengths", function()
      run(2, "reconcile", "--ahead", "soon")
      run(2, "reconcile", "--limit", "0")
      run(2, "reconcile", "--every", "5")
    end)
  end)

  describe("obol ledger", function()
    it("checks", function()
      assert.truthy(run(0, "ledger", "check").out:find "nothing is wrong\n$")
      local found = json(0, "ledger", "check", "--json")
      assert.is_true(found.ok)
      assert.is_true(found.checked.payments >= 3)
    end)

    it("tells what is wrong", function()
      local store = require("obol.ledger").open("sqlite:" .. world.folder .. "/ledger.db").store
      assert(store:run { { set = "payments", key = "A-3", to = { refunded = "1.00" } } })
      local found = json(1, "ledger", "check", "--json")
      assert.is_false(found.ok)
      assert.same({ "payments", "A-3" }, { found.problems[1].table, found.problems[1].id })
      assert.truthy(run(1, "ledger", "check").out:find "wrong  payments A%-3  what was given back")
      assert(store:run { { set = "payments", key = "A-3", to = { refunded = require("obol.ledger").none } } })
      store:close()
    end)

    it("counts one in the singular", function()
      assert(world.pay.events:consume("one", function() end))
      local out = run(0, "ledger", "check").out
      assert.truthy(out:find ", 1 consumer[,\n]", out)
      assert.truthy(out:find "%d%d* payments, ", out)
    end)

    it("migrates", function()
      local found = json(0, "ledger", "migrate", "--json")
      assert.is_true(found.now >= 1)
      assert.equal(found.now, found.before)
      run(2, "ledger", "mend")
    end)

    it("moves", function()
      local place = "sqlite:" .. world.folder .. "/moved.db"
      assert.truthy(run(0, "ledger", "move", place).out:find "^moved %d+ payments")
      local moved = assert(require("obol.ledger").open(place))
      assert.equal("succeeded", moved:payment("A-1").status)
      moved:close()
      run(1, "ledger", "move", place) -- there is something in it now
      run(2, "ledger", "move")
      run(2, "ledger", "check", place)
      run(2, "ledger", "move", "mysql://x")
    end)

    it("moves to what the configuration would mean by the same words", function()
      local ran = support.shell("/", ("%s ledger move sqlite:beside.db --config %s/obol.lua"):format(
        support.root .. "/scripts/obol", world.folder))
      assert.equal(0, ran.status, ran.err)
      assert.truthy(io.open(world.folder .. "/beside.db")):close()
    end)

    it("moves into nothing that is gone with the command", function()
      for _, place in ipairs { "memory", "sqlite::memory:" } do
        assert.truthy(run(2, "ledger", "move", place).err:find "expected ledgers that last")
      end
    end)

    it("tells a ledger that is not there from one that is empty", function()
      local before = support.read(world.folder .. "/obol.lua")
      support.write(world.folder .. "/other.lua", (before:gsub("ledger%.db", "other.db")))
      local other = world.folder .. "/other.lua"
      assert.equal("not_found", json(1, "ledger", "check", "--json", "--config", other).error.kind)
      run(1, "ledger", "move", "sqlite:there.db", "--config", other)
      assert.is_nil(io.open(world.folder .. "/other.db"))
      assert.is_nil(io.open(world.folder .. "/there.db"))
      run(0, "ledger", "migrate", "--config", other)
      assert.equal(0, json(0, "ledger", "check", "--json", "--config", other).checked.payments)
    end)
  end)
end)

describe("the command line without a ledger that lasts:", function()
  it("says so", function()
    local folder = support.folder()
    support.write(folder .. "/obol.lua", [[return { mode = "test", ledger = "memory", accounts = { subs = {
      provider = "appwheel", app_id = 1, secret = secret.file "key" } } }]])
    support.write(folder .. "/key", ("k"):rep(32))
    local ran = support.obol(folder, { "payments" })
    assert.equal(0, ran.status, ran.err)
    assert.truthy(ran.err:find "the ledger is in memory")
    assert.equal(2, support.obol(folder, { "ledger", "migrate" }).status)
    assert.equal(2, support.obol(folder, { "payments", "--config", "none.lua" }).status)
    support.remove(folder)
  end)
end)

describe("moments on the command line", function()
  local moment = require "obol.cli.moment"

  it("are days, times, milliseconds and lengths before now", function()
    assert.equal(0, moment.parse "1970-01-01")
    assert.equal(951782400000, moment.parse "2000-02-29")
    assert.equal(1709210096000, moment.parse "2024-02-29T12:34:56Z")
    assert.equal(1700000000123, moment.parse "1700000000123")
    local now = require("obol.core").clock_ms()
    assert.is_true(math.abs(moment.parse "2h" - (now - 7200000)) < 60000)
    for _, text in ipairs { "", "today", "2026-1-1", "2026-00-10", "2026-01-01T25:00", "12", "5y", "2026-02-29",
      "2100-02-29", "2026-04-31", "2026-12-32" } do
      local found, problem = moment.parse(text)
      assert.is_nil(found)
      assert.is_string(problem)
    end
    assert.equal("2023-11-14 22:13:20", moment.text(1700000000000))
  end)
end)

describe("a bar of progress", function()
  local progress = require "obol.cli.progress"

  it("shows how far it is", function()
    assert.equal("[###############---------------] 5/10  x", progress.text(5, 10, "x"))
    assert.equal("[##############################] 12/12  ", progress.text(12, 10))
    assert.equal("7  payments", progress.text(7, nil, "payments"))
  end)
end)
