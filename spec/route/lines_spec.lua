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

  it("tell what is written twice, and of nothing else that it is", function()
    local function twice(text)
      local tables, found = lines.read(text), {}
      lines.twice(tables, function(keys)
        found[#found + 1] = table.concat(keys, ".") .. ":" .. lines.find(tables, keys)
      end)
      return table.concat(found, " ")
    end
    assert.equal("a:3", twice "return { a = 1,\n b = 2,\n a = 3 }")
    assert.equal("1.x.q r:2", twice "return { { x = { ['q r'] = {},\n [\"q r\"] = {} } }, { x = 1 } }")
    assert.equal("1:2", twice "return { [1] = 'a',\n [1] = 'b' }")
    for _, text in ipairs { "return { [x] = 1, [x] = 2, x = 3 }", "return { 'a', a == b, a == c }",
      "return { { a = 1 }, { a = 1 }, x = { a = 1 } }", "return { a = b, b = a }", "return f { a = 1, a = 2 }",
      "return { f = function() do local a, c = 1 end do local b, c = 1 end local d, c = 1 end, c = 2 }",
      "return { f = function() for i = 1, 2 do local b, c = 1 end while x do local d, c = 1 end end, c = 2 }" } do
      assert.equal("", twice(text), text)
    end
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
