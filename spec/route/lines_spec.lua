local lines = require "obol.route.lines"

local function line(text, ...) return lines.find(lines.read(text), { ... }) end

describe("the lines of a file of rules", function()
  it("are found past comments, texts and functions", function()
    local text = [==[
-- return { "no" }
--[[ return {
  {},
]]
local x = { 1, "}", '{', [[
}]], "\"}" }
local function f() if x then return { 1 } end while x do x = nil end repeat x = 1 until x for i = 1, 2 do f() end end
return {
  { name = "a", when = function(p) if p then return { 1 } end for i = 1, 2 do return i == 2 end end,
    to = "x" },
  { name = "b", when = {
      ["customer.id"] = 5, currency = f({ 1, 2 }, "}"),
      method = "x" } };
  accounts = { ['a'] = { limits = { { count = 5 },
      { count = 6 } } } },
};
]==]
    assert.equal(8, line(text))
    assert.equal(9, line(text, 1, "when"))
    assert.equal(10, line(text, 1, "to"))
    assert.equal(11, line(text, 2))
    assert.equal(12, line(text, 2, "when", "customer.id"))
    assert.equal(12, line(text, 2, "when", "currency"))
    assert.equal(13, line(text, 2, "when", "method"))
    assert.equal(14, line(text, "accounts", "a", "limits", 1, "count"))
    assert.equal(15, line(text, "accounts", "a", "limits", 2))
    assert.equal(8, line(text, 3))
  end)

  it("are nothing where the file returns something else, and nothing breaks it", function()
    for _, text in ipairs { "", "return x", "return f {}", "{", "return {", "return { {", "return { [", "'", "[[",
      "--[[", "return { a = ", "return { 'x", "return {} + 1", "return }", "\0", "return { [1] = {}, [x] = {} }" } do
      assert.is_table(lines.read(text))
      local _ = line(text, 1, "x")
    end
    assert.is_nil(line("return x", 1))
    assert.is_nil(line("return f({})", 1))
  end)

  it("are those of what is given to a function, where that is asked for", function()
    for _, text in ipairs { "return f.g {\n a = {\n b = 1 } }", "return f({\n a = {\n b = 1 } });" } do
      assert.equal(3, lines.find(lines.read(text, true), { "a", "b" }))
      assert.is_nil(line(text, "a", "b"))
    end
    assert.is_nil(lines.find(lines.read("return f {} + 1", true), {}))
  end)
end)
