local states = require "obol.ledger.states"

-- Typed from the contract's list of transitions, not from the table under test.
local payment = {
  created = "requires_action processing succeeded failed unknown",
  requires_action = "processing succeeded failed canceled expired unknown",
  processing = "requires_action succeeded failed canceled expired unknown",
  unknown = "created requires_action processing succeeded failed canceled expired",
  failed = "created succeeded", expired = "created succeeded", canceled = "succeeded", succeeded = "",
}
local refund = {
  created = "processing succeeded failed unknown", processing = "succeeded failed unknown",
  unknown = "created processing succeeded failed", succeeded = "",
}

describe("the tables of transitions", function()
  for kind, rows in pairs { payment = payment, refund = refund } do
    it("hold what the contract says of a " .. kind .. ", and nothing else", function()
      for from, list in pairs(rows) do
        for to in pairs(states.transitions[kind]) do
          local wanted = from == to or (" " .. list .. " "):find(" " .. to .. " ", 1, true) ~= nil
          assert.equal(wanted, states.may(kind, from, to), from .. " to " .. to)
        end
      end
    end)
  end

  it("name only states that they have", function()
    for kind, rows in pairs(states.transitions) do
      for _, list in pairs(rows) do
        for _, to in ipairs(list) do assert.is_true(states.is(kind, to)) end
      end
    end
    assert.is_false(states.is("payment", "paid"))
  end)

  it("raise the generation after rejected, declined and abandoned alone", function()
    local raised = {}
    for outcome, row in pairs(states.outcomes) do
      if row.raises then raised[#raised + 1] = outcome end
    end
    table.sort(raised)
    assert.same({ "abandoned", "declined", "rejected" }, raised)
    assert.is_nil(states.outcomes.unknown.closed)
    assert.is_nil(states.outcomes.accepted.closed)
  end)

  it("lead from outcome to state", function()
    assert.equal("requires_action", states.after("accepted", true))
    assert.equal("processing", states.after("accepted", false))
    assert.equal("succeeded", states.after("succeeded", false))
    assert.equal("unknown", states.after("unknown", false))
    for _, outcome in ipairs { "not_sent", "rejected", "declined", "abandoned" } do
      assert.equal("failed", states.after(outcome, false))
    end
  end)

  it("can be drawn", function()
    local picture = states.picture "refund"
    assert.matches("^stateDiagram%-v2\n  %[%*%] %-%-> created\n", picture)
    assert.is_truthy(picture:find("  processing --> succeeded\n", 1, true))
    assert.is_truthy(picture:find("  succeeded --> [*]\n", 1, true))
    assert.is_nil(picture:find("succeeded --> [%l]"))
    for _, kind in ipairs { "payment", "refund", "subscription" } do
      -- every transition of the table is one line of the picture, and nothing else is
      local wanted, drawn = 0, select(2, states.picture(kind):gsub("%l+ %-%-> %l+", ""))
      for from, list in pairs(states.transitions[kind]) do
        for _, to in ipairs(list) do wanted = wanted + (from ~= to and 1 or 0) end
      end
      assert.equal(wanted, drawn)
    end
  end)
end)
