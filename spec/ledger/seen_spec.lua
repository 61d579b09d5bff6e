local new_seen = require "obol.ledger.seen"
local places = require "spec.ledger.places"

describe("states that were seen", function()
  it("are told of their own version only", function()
    local seen = new_seen()
    assert.is_nil(seen:status("payments", "A", 1))
    seen:note("payments", "A", 1, "created")
    assert.equal("created", seen:status("payments", "A", 1))
    assert.is_nil(seen:status("payments", "A", 2))
    assert.is_nil(seen:status("refunds", "A", 1))
    seen:note("payments", "A", 2, "failed")
    assert.is_nil(seen:status("payments", "A", 1))
    assert.equal("failed", seen:status("payments", "A", 2))
  end)

  it("are forgotten before they are too many", function()
    local seen, kept = new_seen(), 0
    for place = 1, 10000 do seen:note("payments", "A-" .. place, 1, "created") end
    for place = 1, 10000 do
      if seen:status("payments", "A-" .. place, 1) then kept = kept + 1 end
    end
    assert.is_true(kept >= 1 and kept <= 4096)
    assert.equal("created", seen:status("payments", "A-10000", 1))
  end)

  it("never allow what another process has made impossible", function()
    local place = places[2]
    place.start()
    local mine = place.open()
    local theirs = mine.again()
    local function unit(version, status)
      return { subject = "payments", key = "A", version = version, to = { status = status } }
    end
    assert(mine:add { subject = "payments", key = "A", new = { order_id = "A", status = "created", created_ms = 1 } })
    assert.equal("created", mine:payment("A").status)
    assert(theirs:payment "A")
    assert.is_true((theirs:finish_attempt(unit(1, "succeeded"))))
    local ok, err = mine:finish_attempt(unit(1, "failed"))
    assert.is_nil(ok)
    assert.equal("conflict", err.kind)
    -- also where the version was only heard of
    local done, refused = mine:finish_attempt(unit(2, "failed"))
    assert.is_true(done)
    assert.equal("succeeded>failed", refused)
    assert.equal("succeeded", theirs:payment("A").status)
    place.stop()
  end)
end)
