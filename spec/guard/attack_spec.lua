-- What could hold up or spoil the process that runs a rule: each is ended or refused, with file and line, and
-- leaves everything as it was.

local support = require "spec.route.support"

local LONG = ("a"):rep(60)

local function refused(body, params)
  local routes = support.good("return {\n  { name = 'x', to = 'a', when = function(p)\n" .. body .. "\nend },\n"
    .. "  { to = 'b' },\n}")
  local decision, err = support.decide(routes, params or { currency = "USD", amount = "1.00", order_id = LONG })
  assert.is_nil(decision, body)
  assert.equal("internal", err.kind)
  assert.is_nil(debug.gethook())
  assert.equal("aaa", ("a"):rep(3))
  local where, problem = err.message:match "^the rule `x` failed: [^:]+:(%d+): (.*)$"
  assert.is_truthy(where, err.message)
  -- the function begins on the second line; its text follows
  assert.is_true(tonumber(where) >= 2 and tonumber(where) <= 3, err.message)
  return problem
end

local function all(expected, bodies)
  for _, body in ipairs(bodies) do
    local problem = refused(body)
    assert.matches(expected, problem, body)
  end
end

describe("a rule that asks for all memory", function()
  it("is refused what is too much", function()
    all("expected a function that asks for 32 MiB of memory at most$", {
      "local s = 'x' while true do s = s .. s end",
      "local s = '" .. LONG .. "'" .. (" s = s..s..s..s..s..s..s..s"):rep(9) .. " return true",
      "local s, t = p.order_id, {} for i = 1, 16 do s = s .. s end for i = 1, 1000 do t[i] = s .. i end return true",
    })
    all("expected a function that", {
      "local s = p.order_id for i = 1, 16 do s = s .. s end return s:gsub('', s) == 'x'",
      "local t, s = {}, p.order_id for i = 1, 12 do s = s .. s end for i = 1, 1000 do t[i] = s end "
        .. "return table.concat(t) == ''",
    })
  end)

  it("may use what a rule needs, again and again", function()
    local routes = support.good [[return { { to = "a", when = function(p)
      local t = {}
      for place = 1, 2000 do t[place] = p.order_id .. place end
      return #table.concat(t, ",") > 100000
    end } }]]
    for _ = 1, 100 do assert(support.decide(routes, { order_id = LONG })) end
  end)
end)

describe("a rule whose single steps are long", function()
  it("is ended in a pattern that tries everything", function()
    local maybe, any = ("a?"):rep(40) .. LONG .. "b", (".-"):rep(14) .. "b"
    all("expected a function that ends$", {
      ("return p.order_id:find('%s') ~= nil"):format(maybe),
      ("return string.match(p.order_id, '%s') ~= nil"):format(maybe),
      ("return (p.order_id:gsub('%s', '')) == ''"):format(maybe),
      ("for _ in p.order_id:gmatch('%s') do return true end"):format(maybe),
      ("return p.order_id:find('%s') ~= nil"):format(any),
      "return p.order_id:match('(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x') == 'x'",
      "return p.order_id:match('(.-)%1%1(.-)%2%2(.-)%3%3(.-)%4%4b') == 'x'",
      "return p.order_id:match('" .. (".*"):rep(9) .. "%b()') == 'x'",
    })
  end)

  it("may search what browsers and payers write", function()
    local agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
      .. ("Extension/1.2 (compatible) "):rep(12) .. "Safari/537.36"
    for pattern, found in pairs { ["Mozilla/(%d+).*Chrome/(%d+).*Safari/(%d+)"] = "5",
      ["Mozilla/(%d+).*Chrome/(%d+).*Edg/(%d+)"] = "none", ["^(.-)/(.-) (.*)$"] = "Mozilla",
      ["(%w+)@(%w+)%.(%w+)"] = "none", ["^%s*(%a+).-%s*$"] = "Mozilla", ["(%a+)%s+(%a+)%s+(%a+)"] = "none" } do
      assert.is_true(support.takes(("function(p) return (p.browser.user_agent:match(%q) or 'none') == %q end")
        :format(pattern, found), { browser = { user_agent = agent } }), pattern)
    end
  end)

  it("is ended in a search for a long text in a longer one", function()
    all("expected a function that ends$", { "local s = p.order_id for i = 1, 13 do s = s .. s end "
      .. "return s:find(s:sub(1, #s / 2) .. 'b', 1, true) ~= nil or s:find(s:sub(1, #s / 2) .. 'c') ~= nil "
      .. "or s:find(s:sub(1, #s / 2) .. 'd', 1, true) ~= nil or s:find(s:sub(1, #s / 2) .. 'd', 1, true) ~= nil" })
  end)

  it("is ended when it does little, but what takes long", function()
    -- or is short of memory before, where nothing is collected meanwhile
    all("expected a function that ", {
      "while true do local _ = { table.unpack({}, 1, 7000) } end",
      "local s = p.order_id for i = 1, 13 do s = s .. s end while true do local _ = s:upper() end",
    })
  end)

  it("sorts lists that are not too long, and refuses others", function()
    all("expected 10000 members to sort at most$",
      { "local t = {} for i = 1, 10001 do t[i] = i end table.sort(t) return true" })
    assert.is_true(support.takes([[function(p)
      local t = {}
      for i = 1, 300 do t[i] = -i end
      table.sort(t)
      local first = t[1]
      table.sort(t, function(a, b) return a > b end)
      return first == -300 and t[1] == -1
    end]], {}))
  end)
end)

describe("a rule that inserts into a list", function()
  it("does so within the list, and is refused far away from it", function()
    all("expected a value to insert, or its place in the list and the value$", {
      "table.insert({}, -2000000000, 1) return true", "table.insert({ 1 }, 0, 1) return true",
      "table.insert({ 1 }, 3, 1) return true", "table.insert({}, 1.5, 1) return true",
      "table.insert({}, 0 / 0, 1) return true", "table.insert({}, '1', 1) return true",
      "table.insert({}) return true", "table.insert({}, 1, 2, 3) return true",
    })
    all("expected a table to insert into$", { "table.insert(nil, 1) return true" })
    assert.is_true(support.takes([[function(p)
      local t = {}
      table.insert(t, "b")
      table.insert(t, 1, "a")
      table.insert(t, 3, "d")
      table.insert(t, 3, "c")
      return table.concat(t) == "abcd"
    end]], {}))
  end)
end)

describe("a rule that calls itself", function()
  it("is ended, also where C calls back, which LuaJIT does not count", function()
    all("expected a function that ends$", { "local function f() return f() end return f()" })
    local problem = refused "local function f() return 1 + f() end return f() == 1"
    assert.is_truthy(problem:find "stack overflow" or problem:find "expected a function that ends", problem)
    all("expected calls nested less deep$", {
      "local function f() return (('x'):gsub('x', f)) end return f() == 'x'",
      "local function f() table.sort({ 1, 2 }, f) return true end return f()",
      "local function f() table.sort({ 1, 2 }, function() return ('x'):gsub('x', f) == 'x' end) return 'x' end "
        .. "return f() == 'x'",
    })
    -- what raised in there is forgotten
    for _ = 1, 60 do refused "return ('x'):gsub('x', function() error 'mine' end) == 'x'" end
    assert.is_true(support.takes("function(p) return ('x'):gsub('x', function() return 'y' end) == 'y' end", {}))
  end)
end)

describe("a rule that raises something odd", function()
  it("fails, and what it raised is told in so far as it can be", function()
    all("^raised no text$", { "error()", "error({})", "error(p)", "error(money)", "error(function() end)" })
    assert.is_true(#refused "local s = ' ' for i = 1, 20 do s = s .. s end error(s)" <= 300)
    assert.is_true(#refused "local s = 'near ' for i = 1, 18 do s = s .. s end error(s)" <= 300)
    all("^mine$", { "error 'mine'", "return ('x'):gsub('x', function() error 'mine' end) == 'x'",
      "table.sort({ 1, 2 }, function() error 'mine' end)" })
  end)
end)

describe("a rule that looks for a way out", function()
  it("finds none", function()
    all("expected a known name", { "return getmetatable('').__index == nil", "return setmetatable({}, {}) == nil",
      "return load('return 1')() == 1", "return os.exit()", "return io.open('x')", "return debug.sethook()",
      "return coroutine.wrap(function() while true do end end)()", "while true do pcall(error) end",
      "return rawget(p, 'x')", "return collectgarbage() == 0", "return _G == nil", "return _ENV.os or osx" })
    all("attempt to index", { "('x').find = nil return true", "p.amount.minor = nil return true" })
    all("attempt to call", { "return ('x'):rep(5) == 'x'", "return ('x'):dump() == 'x'" })
    all("invalid", { "return string.format('%99999d', 1) == ''", "return ('%999s'):format('x') == ''",
      "return table.concat({ 1, 2 }, ',', 1, 1e9) == ''" })
    all("too many results", { "return select('#', table.unpack({}, 1, 1e8)) == 1" })
  end)
end)
