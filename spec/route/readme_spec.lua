local route = require "obol.route"
local support = require "spec.route.support"

-- The rules that the README shows.
local function shown()
  local file = assert(io.open("README.md", "rb"))
  local text = file:read "*a"
  file:close()
  return assert(text:match "## Routing rules.-```lua\n(.-)```")
end

describe("the README's rules", function()
  it("load, and do what they expect of themselves", function()
    local results, failed = route.expectations(support.good(shown()), { now_ms = support.NOON })
    assert.equal(2, #results)
    assert.equal(0, failed, results[1].problem or results[2].problem)
  end)
end)
