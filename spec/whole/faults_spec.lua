local net = require "spec.net.support"
local support = require "spec.whole.support"

-- Each fault of an answer, through libcurl and a real server: the kind and the outcome that it has to
-- give, and that it ends within its limit.
describe("a fault on the wire", function()
  local sandbox, pay

  setup(function()
    sandbox = support.start {}
    pay = sandbox.open({ transport = { max_reply = 1024 * 1024 } })
    assert(pay.customers:create { customer = { id = "u-7" } })
  end)
  teardown(function()
    pay:close()
    sandbox.stop()
  end)

  -- kind of the error and outcome of a purchase, and of a question
  local expected = {
    commit_then_drop = { "network", "unknown" }, refuse = { "network", "unknown" },
    torn = { "network", "unknown" }, truncated = { "provider", "unknown" },
    empty = { "provider", "unknown" }, html = { "provider", "unknown" },
    not_json = { "provider", "unknown" }, wrong_types = { "provider", "unknown" },
    duplicate_names = { "provider", "unknown" }, wrong_envelope = { "provider", "unknown" },
    unlisted_code = { "provider", "unknown" }, oversized = { "provider", "unknown" },
    gzip_bomb = { "provider", "unknown" }, two_content_lengths = { "network", "unknown" },
    redirect = { "provider", "unknown" }, status_500 = { "provider", "unknown" },
    status_503 = { "provider", "unknown" }, status_429 = { "rate_limited", "rejected" },
    status_401 = { "authentication", "rejected" }, clock_skew = { "authentication", "rejected" },
    stall_headers = { "timeout", "unknown" }, stall_body = { "timeout", "unknown" },
    drip = { "timeout", "unknown" },
  }
  local slow = { stall_headers = true, stall_body = true, drip = true }

  local function outcome_of(operation, params, kind)
    sandbox.control("fault", { operation = operation, kind = kind })
    -- long enough for a busy machine to connect and to send
    local limit = slow[kind] and 1000 or 30000
    local result, err = pay:call("subs", operation, params, { timeout_ms = limit })
    assert.truthy(err, kind)
    return err.kind, result and result.outcome or err.outcome
  end

  for kind, want in pairs(expected) do
    it(kind .. " leaves a purchase " .. want[2], function()
      local order = support.order("x", "u-7")
      order.order_id = nil
      local got_kind, got_outcome = outcome_of("payment.create", order, kind)
      assert.equal(want[1], got_kind)
      assert.equal(want[2], got_outcome)
    end)

    it(kind .. " spoils a question in the same way", function()
      local got_kind = outcome_of("product.list", {}, kind)
      assert.equal(want[1], got_kind)
    end)
  end

  it("ends within its total limit, whatever the server does", function()
    for kind in pairs(slow) do
      sandbox.control("fault", { operation = "product.list", kind = kind })
      local took, result, err = net.timed(pay.call, pay, "subs", "product.list", {}, { timeout_ms = 400 })
      assert.is_nil(result)
      assert.equal("timeout", err.kind)
      assert.is_true(took >= 350 and took < 10000, ("took %d ms"):format(took))
    end
  end)

  it("slow is no fault as long as it ends in time", function()
    sandbox.control("fault", { operation = "product.list", kind = "slow", ms = 300 })
    assert(pay:call("subs", "product.list", {}, { timeout_ms = 30000 }))
  end)

  it("of a server that is not there is known to have sent nothing", function()
    local nobody = sandbox.open({}, { base_url = "http://127.0.0.1:1/appwheel" })
    local result, err = nobody:call("subs", "product.list", {})
    assert.is_nil(result)
    assert.equal("network", err.kind)
    assert.equal("not_sent", err.outcome)
    -- a purchase begins with the question what the customer owns: without its answer none is made
    local payment
    payment, err = nobody.payments:create(support.order("N-1", "u-7"), { timeout_ms = 15000 })
    assert.is_nil(payment)
    assert.equal("not_sent", err.outcome)
    assert.equal("not_found", select(2, nobody.payments:get "N-1").kind)
  end)

  it("of a name that does not exist is known to have sent nothing", function()
    local nobody = sandbox.open({}, { base_url = "https://no-such-host.invalid" })
    local _, err = nobody:call("subs", "product.list", {})
    assert.equal("not_sent", err.outcome)
  end)

  it("of plain http beyond this machine is refused before anything is sent", function()
    local open = sandbox.open({}, { base_url = "http://shop.example" })
    local _, err = open:call("subs", "product.list", {})
    assert.equal("invalid", err.kind)
    assert.equal("not_sent", err.outcome)
  end)
end)
