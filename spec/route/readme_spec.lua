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

describe("the README's breakers", function()
  it("are as it says: what holds without them", function()
    for _, name in ipairs { "README.md", "README.zh-CN.md" } do
      local file = assert(io.open(name, "rb"))
      local text = file:read "*a"
      file:close()
      local shown_there = assert(text:match "```lua\n(accounts = {\n  cards_us = { breaker.-)```", name)
      local settings = support.good("return { { to = 'cards_us' }, " .. shown_there .. " }").settings
      assert.same(require "obol.health.preset", settings.cards_us.breaker)
      assert.is_false(settings.cards_eu.breaker)
    end
  end)
end)
