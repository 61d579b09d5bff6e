local guard = require "obol.guard"

-- What is run within bounds leaves nothing behind, wherever its limit is reached.

local function assert_clean(at)
  assert.is_nil(debug.gethook(), at)
  assert.equal("aaa", ("a"):rep(3), at)
end

describe("a run within bounds", function()
  it("ends at its limit, wherever that lies, and leaves hook and texts as they were", function()
    local chunk = guard.load("local n = ... for i = 1, n do end return n", "x", {})
    local ended, stopped = 0, 0
    for count = 400, 1100 do
      local ok, result = guard.run(chunk, 1000, "a loop", count)
      assert_clean(count)
      if ok then
        assert.equal(count, result)
        ended = ended + 1
      else
        assert.matches("expected a loop that ends$", result)
        stopped = stopped + 1
      end
    end
    assert.is_true(ended > 50 and stopped > 50, ended .. " " .. stopped)
  end)

  it("answers what was raised, whatever it is", function()
    for _, raised in ipairs { "text", 5, false, {} } do
      local ok, result = guard.run(function() error(raised, 0) end, 1000, "x")
      assert.is_false(ok)
      assert.equal(raised, result)
      assert_clean()
    end
    assert.same({ true, 3 }, { guard.run(function(a, b) return a + b end, 1000, "x", 1, 2) })
  end)

  it("can be nested, the outer limit standing behind the inner one", function()
    local ok, result = guard.run(function()
      assert(guard.run(function() return true end, 1000, "the inner"))
      return ("x").rep == nil
    end, 100000, "the outer")
    assert.is_true(ok)
    assert.is_true(result)
    assert_clean()
  end)
end)
