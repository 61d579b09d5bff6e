local judge = require("obol.health.judge").judge

-- { outcome, kind, what is expected with an answer, what without, HTTP status }
local rows = {
  { "succeeded", nil, true }, { "accepted", nil, true }, { "declined", "declined", true },
  { "declined", "provider", true, nil, 500 }, { "succeeded", "provider", true, nil, 503 },
  { "rejected", "invalid", true }, { "rejected", "not_found", true }, { "rejected", "conflict", true },
  { "rejected", "unsupported", true }, { "rejected", "provider", true, nil, 402 },
  { "rejected", "provider", false, nil, 503 }, { "rejected", nil, true, nil, 400 },
  { "rejected", nil, false, nil, 500 },
  { "rejected", "authentication", false }, { "rejected", "rate_limited", false, false },
  { "unknown", "provider", false, false, 200 }, { "unknown", "provider", false, false, 500 },
  { "unknown", nil, false, nil, 200 }, { "unknown", "not_found", true }, { "unknown", "invalid", true },
  { "unknown", "network", false, false }, { "unknown", "timeout", false, false },
  { "unknown", "signature", false, false }, { "unknown", "internal", false, nil },
  { "accepted", "rate_limited", false }, { "accepted", "not_found", true },
  { "not_sent", "network", nil, false }, { "not_sent", "timeout", nil, false },
  { "not_sent", "authentication", nil, false }, { "not_sent", "provider", nil, false },
  { "not_sent", "invalid", nil, nil }, { "not_sent", "internal", nil, nil }, { "not_sent", "unsupported", nil, nil },
  { "not_sent", "conflict", nil, nil }, { "not_sent", "storage", nil, nil },
}

describe("what the end of a call says of its account", function()
  it("is that of the table, for every kind and outcome", function()
    for _, row in ipairs(rows) do
      local what = ("%s, %s, %s"):format(row[1], tostring(row[2]), tostring(row[5]))
      local with = row[1] ~= "not_sent"
      if with then
        assert.equal(row[3], judge { outcome = row[1], kind = row[2], answered = true, status = row[5] or 200 }, what)
      end
      if not with or row[4] ~= nil then assert.equal(row[4], judge { outcome = row[1], kind = row[2] }, what) end
    end
  end)

  it("knows every kind of error", function()
    for kind in pairs(require("obol.error").kinds) do
      local known = false
      for _, row in ipairs(rows) do known = known or row[2] == kind end
      assert.is_true(known, kind)
    end
  end)

  it("is nothing after a timeout of a call that had no second", function()
    local facts = { outcome = "unknown", kind = "timeout", limit_ms = 999 }
    assert.is_nil(judge(facts))
    facts.limit_ms = 1000
    assert.is_false(judge(facts))
    assert.is_false(judge { outcome = "not_sent", kind = "network", limit_ms = 5 })
  end)

  it("is no failure where the provider refused the payer's own token", function()
    local facts = { outcome = "rejected", kind = "authentication", answered = true, status = 401, payer = true }
    assert.is_true(judge(facts))
    facts.payer = false
    assert.is_false(judge(facts))
  end)
end)
