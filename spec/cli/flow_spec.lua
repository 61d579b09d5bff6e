-- obol flow, on a ledger in a file and an account of the sandbox.

local FLOWS = require "spec.cli.flow_text"
local cjson = require "cjson"
local ledger_support = require "spec.cli.ledger_support"
local support = require "spec.cli.support"

describe("obol flow", function()
  local world
  setup(function() world = ledger_support.open(nil, FLOWS) end)
  teardown(function() world.stop() end)

  local function run(status, ...)
    local ran = world.obol("flow", ...)
    assert.equal(status, ran.status, ran.out .. ran.err)
    return ran
  end

  local function json(status, ...) return cjson.decode(run(status, ...).out) end

  -- Runs `obol flow WORDS` in the background of `script`, whose $pid it is; told and said hold what it prints.
  local function beside(words, script)
    local ran = support.shell(world.folder, ("timeout -k 5 100 sh -c 'rm -f told said; %s/scripts/obol flow %s "
      .. ">told 2>said & pid=$!\n%s'"):format(support.root, words, script))
    return ran.status, support.read(world.folder .. "/told"), support.read(world.folder .. "/said")
  end

  -- The one flow that was made is paid by its payer.
  local function pay(order_id)
    local action
    for _ = 1, 600 do
      local payment = world.pay.payments:get(order_id)
      action = payment and payment.action
      if action then break end
      os.execute "sleep 0.05"
    end
    world.control("pay", { reference = action.url })
  end

  describe("start", function()
    it("runs a flow as far as it goes, and tells what there is to pay", function()
      local out = run(0, "start", "sale", '{"order_id":"A-1"}', "--id", "F-1").out
      assert.matches("^F%-1  sale  waiting\n", out)
      assert.matches("waits_for A%-1\n", out)
      assert.matches("the payer opens http://127.0.0.1:%d+/", out)
      local again = json(0, "start", "sale", '{"order_id":"A-1"}', "--id", "F-1", "--json").flow
      assert.same({ "F-1", "waiting", "redirect" }, { again.id, again.status, again.action.type })
      local other = json(1, "start", "sale", '{"order_id":"A-2"}', "--id", "F-1", "--json")
      assert.equal("conflict", other.error.kind)
    end)

    it("takes its input from a file and from standard input", function()
      support.write(world.folder .. "/order.json", '{"order_id":"A-file"}')
      assert.equal("A-file", json(0, "start", "sale", "order.json", "--json").flow.input.order_id)
      local ran = support.shell(world.folder, ("sh -c 'echo {\\\"order_id\\\":\\\"A-in\\\"} | %s flow start sale "
        .. "- --json'"):format(support.root .. "/scripts/obol"))
      assert.equal(0, ran.status, ran.err .. ran.out)
      assert.equal("A-in", cjson.decode(ran.out).flow.input.order_id)
    end)

    it("refuses what it cannot take, and names the flow that was probably meant", function()
      assert.matches("did you mean `sale`", run(2, "start", "sales").err)
      for word, expected in pairs { ["{"] = "expected JSON", ["none.json"] = "a file that can be read",
        ["flows.lua"] = "expected JSON in the file" } do
        local ran = run(2, "start", "sale", word)
        assert.truthy(ran.err:find(expected, 1, true), ran.err)
        assert.equal("", ran.out)
      end
      assert.equal("invalid", json(2, "start", "sale", "{", "--json").error.kind)
    end)

    it("ends with 1 for a flow that fails, with 3 for one that stops", function()
      assert.matches("refused  failed\n", run(1, "start", "refused").out)
      local flow = json(3, "start", "broken", "--id", "F-broken", "--json").flow
      assert.equal("stopped", flow.status)
      assert.matches("nobody is at the door", flow.error.message)
    end)
  end)

  describe("list and show", function()
    it("tell of flows to people and to programs", function()
      local out = run(0, "list").out
      assert.matches("\n[%d-]+ [%d:]+  F%-1 .- sale +waiting +waits for A%-1\n", out)
      assert.matches("broken +stopped +.-nobody is at the", out)
      local flows = json(0, "list", "--status", "stopped", "--name", "broken", "--json").flows
      assert.same({ 1, "F-broken" }, { #flows, flows[1].id })
      local page = json(0, "list", "--limit", "1", "--json")
      assert.equal(1, #page.flows)
      assert.not_equal(page.flows[1].id, json(0, "list", "--limit", "1", "--cursor", page.cursor, "--json").flows[1].id)
      assert.matches("no flows", run(0, "list", "--from", "2099-01-01").out)
      run(2, "list", "--status", "asleep")
      run(2, "list", "--limit", "0")
    end)

    it("tell a flow's story", function()
      local out = run(0, "show", "F-1").out
      assert.matches("^F%-1  sale  waiting\n", out)
      assert.matches("\n1 +[%d-]+ [%d:]+ +create payment A%-1\n", out)
      assert.matches("\n3 +[%d-]+ [%d:]+ +await payment A%-1 +waits until [%d-]+ [%d:]+\n", out)
      local found = json(0, "show", "F-1", "--json")
      assert.equal("F-1", found.flow.id)
      local kinds = {}
      for place, step in ipairs(found.timeline) do kinds[place] = step.kind end
      assert.same({ "create", "present", "await" }, kinds)
      assert.is_false(found.timeline[3].done)
      assert.equal("8.88", found.timeline[1].values[1].amount.amount)
      assert.matches("failed once", run(0, "show", "F-broken").out)
      assert.equal("not_found", json(1, "show", "nobody", "--json").error.kind)
    end)
  end)

  describe("resume, fail and tell", function()
    it("go on with a flow that was mended", function()
      run(3, "resume", "F-broken")
      support.write(world.folder .. "/mended", "yes")
      assert.matches("^F%-broken  broken  succeeded\n", run(0, "resume", "F-broken").out)
      assert.equal("conflict", json(1, "resume", "F-broken", "--json").error.kind)
      assert.equal("not_found", json(1, "resume", "nobody", "--json").error.kind)
    end)

    it("end one that will not go on", function()
      local id = json(0, "start", "approval", "--json").flow.id
      assert.matches("failed", run(0, "fail", id, "the customer called").out)
      local flow = json(0, "show", id, "--json").flow
      assert.equal("failed", flow.status)
      assert.equal("the customer called", flow.error.message)
      local story = run(0, "show", id).out
      assert.matches("receive approval\n", story)
      assert.is_nil(story:find("waits until", 1, true))
      assert.equal("conflict", json(1, "fail", id, "again", "--json").error.kind)
      id = json(0, "start", "approval", "--json").flow.id
      assert.equal("failed", json(0, "fail", id, "given up", "--no-undo", "--json").flow.status)
    end)

    it("hand over a word: JSON, text, or true", function()
      local words_of = { ['{"by":"li"}'] = { by = "li" }, ["not today"] = "not today", [""] = true, ["7"] = 7 }
      for value, said in pairs(words_of) do
        local id = json(0, "start", "approval", "--json").flow.id
        local words = { "tell", id, "approval" }
        if value ~= "" then words[4] = value end
        run(0, (table.unpack or unpack)(words))
        run(0, "run", "--once")
        local flow = json(0, "show", id, "--json").flow
        assert.equal("succeeded", flow.status)
        assert.same(said, flow.result.said)
        assert.equal("conflict", json(1, "tell", id, "approval", "--json").error.kind)
      end
    end)
  end)

  describe("run", function()
    it("goes one round, and says what it did", function()
      pay "A-1"
      world.pay.payments:refresh "A-1"
      local out = run(0, "run", "--once").out
      assert.matches("F%-1  sale  succeeded\n", out)
      assert.matches("flows %d+: 1 ended", out)
      assert.equal("A-1\n", support.read(world.folder .. "/granted"))
      run(0, "tell", json(0, "start", "told", "--json").flow.id, "go", "my reason")
      assert.matches("  told  stopped  [^\n]*my reason\n", run(0, "run", "--once").out)
      local report = json(0, "run", "--once", "--limit", "1", "--json")
      assert.equal(0, report.flows.ended)
      assert.equal(0, report.reconcile.failed)
    end)

    it("follows a flow to its end", function()
      local job = io.popen(("cd %s && OBOL_LUA=%s timeout 100 %s/scripts/obol flow run sale "
        .. "'{\"order_id\":\"A-run\"}' --id F-run --every 1s 2>&1; echo status $?"):format(support.quote(world.folder),
        support.lua, support.root))
      -- it waits once it has shown what there is to pay
      local lines = {}
      repeat lines[#lines + 1] = job:read "*l" until not lines[#lines] or lines[#lines]:find "the payer opens"
      pay "A-run"
      world.pay.payments:refresh "A-run"
      local out = table.concat(lines, "\n") .. "\n" .. job:read "*a"
      job:close()
      assert.matches("^F%-run  sale  waiting\n", out)
      assert.matches("the payer opens http://127.0.0.1:%d+/", out)
      assert.matches("step grant\n", out)
      assert.matches("F%-run  sale  succeeded\n", out)
      assert.matches("sold A%-run\n", out)
      assert.matches("status 0\n$", out)
    end)

    it("tells programs of every change, and ends as the flow does", function()
      local lines = {}
      for line in run(1, "run", "refused", "--json").out:gmatch "[^\n]+" do lines[#lines + 1] = cjson.decode(line) end
      assert.equal("failed", lines[#lines].flow.status)
      assert.matches("the shop is closed", lines[#lines].flow.error.message)
    end)

    it("takes up changed scripts, or says once why not", function()
      -- it is at work once it has begun with this one
      os.remove(world.folder .. "/napping")
      assert(world.pay.flows:start("nap", {}, { id = "F-changed", run = false }))
      local status, told, said = beside("run --every 1s", [[
        for _ in $(seq 300); do [ -s napping ] && break; sleep 0.1; done
        cp flows.lua kept.lua
        until_said() { for _ in $(seq 300); do grep -q "$1" said && return; sleep 0.1; done; }
        echo "return {" >new.lua; mv new.lua flows.lua
        until_said flows.lua:2
        sleep 0.5
        sed s/sold/given/ kept.lua >new.lua; mv new.lua flows.lua
        until_said loaded
        mv kept.lua flows.lua
        kill -TERM $pid; wait $pid]])
      assert.equal(0, status, told .. said)
      assert.matches("what was changed is not taken", said)
      assert.equal(1, select(2, said:gsub("flows%.lua:2: ", "")))
      assert.matches("loaded: what was changed is in use", said)
    end)

    it("ends between two steps when it is told to, and the next one goes on", function()
      for signal, wanted in pairs { TERM = 0, INT = 130 } do
        os.remove(world.folder .. "/napping")
        local id = "F-" .. signal
        json(0, "list", "--json")
        assert(world.pay.flows:start("nap", {}, { id = id, run = false }))
        local status, told, said = beside("run --every 1h", ([[
          for _ in $(seq 300); do [ -s napping ] && break; sleep 0.1; done
          kill -%s $pid; wait $pid]]):format(signal))
        assert.equal(wanted, status, told .. said)
        assert.matches("ended: what was done is recorded", said)
        local timeline = json(0, "show", id, "--json").timeline
        assert.same({ 1, "begin", true }, { #timeline, timeline[1].name, timeline[1].done })
        run(0, "run", "--once")
        assert.equal("succeeded", json(0, "show", id, "--json").flow.status)
      end
    end)

    it("leaves a flow that it followed to whoever runs flows", function()
      local status, told, said = beside("run approval --id F-left --every 1h", [[
          for _ in $(seq 300); do [ -s told ] && break; sleep 0.1; done
          kill -INT $pid; wait $pid]])
      assert.equal(130, status, told .. said)
      assert.matches("obol flow show F%-left", said)
      assert.equal("waiting", json(0, "show", "F-left", "--json").flow.status)
    end)

    it("says that flows are due which are not defined here", function()
      local words = support.read(world.folder .. "/obol.lua")
      support.write(world.folder .. "/other.lua", (words:gsub("flows%.lua", "others.lua")))
      support.write(world.folder .. "/others.lua", [[return require("obol").flow("other", function() end)]])
      assert(world.pay.flows:start("nap", {}, { id = "F-elsewhere", run = false }))
      -- (others of them may have come due meanwhile)
      local out = run(0, "run", "--once", "-c", "other.lua").out
      assert.matches("%d due, of which this configuration has no definition", out)
      assert.is_true(json(0, "run", "--once", "--json", "-c", "other.lua").flows.unknown >= 1)
      assert.equal("running", json(0, "show", "F-elsewhere", "--json").flow.status)
      run(0, "run", "--once")
      assert.equal("succeeded", json(0, "show", "F-elsewhere", "--json").flow.status)
    end)

    it("refuses what fits no run", function()
      run(2, "run", "sale", "--once")
      run(2, "run", "--limit", "0")
      run(2, "run", "sale", "none.json")
      run(2, "run", "--every", "soon")
      run(2)
    end)
  end)

  it("helps with each of its words", function()
    for _, verb in ipairs { "run", "start", "list", "show", "resume", "tell", "fail" } do
      local ran = run(0, verb, "--help")
      assert.truthy(ran.out:find("Usage: obol flow " .. verb, 1, true))
      assert.matches("Examples:\n  obol flow " .. verb, ran.out)
    end
  end)
end)
