local core = require "obol.core"

describe("random bytes", function()
  it("are as many as were asked for, and others each time", function()
    local seen = {}
    for _, count in ipairs { 0, 1, 3, 16, 255, 256, 257, 1000, 1024 } do
      assert.equal(count, #core.random(count))
    end
    for _ = 1, 1000 do
      local bytes = core.random(16)
      assert.is_nil(seen[bytes])
      seen[bytes] = true
    end
  end)

  it("make ids of 32 hex digits that no other call gets", function()
    local seen = {}
    for _ = 1, 1000 do
      local id = core.unique()
      assert.matches("^[0-9a-f]+$", id)
      assert.equal(32, #id)
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)

  it("are counted in bounds", function()
    for _, wrong in ipairs { -1, 1025, 0 / 0, 1 / 0, "x" } do
      assert.has_error(function() core.random(wrong) end)
    end
    assert.has_error(function() core.random() end)
  end)
end)
