local loader = loadstring or load

-- The programs of the README run, and both languages show the same ones.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function examples(path)
  local found, order = {}, {}
  for name, code in read(path):gmatch "<!%-%- example: (%w+) %-%->\n```lua\n(.-)\n```" do
    found[name] = code
    order[#order + 1] = name
  end
  return found, order
end

-- Fenced blocks of any language, in their order.
local function blocks(path)
  local found = {}
  for language, code in read(path):gmatch "\n```(%w+)\n(.-)\n```" do
    found[#found + 1] = language .. "\n" .. code
  end
  return found
end

local function without_comments(text)
  return (text:gsub("%s*%-%-[^\n]*", ""):gsub("%s*#[^\n]*", ""))
end

describe("the README", function()
  local english, names = examples "README.md"

  it("has its examples", function()
    assert.same({ "first", "subscription", "flow", "mincloud", "ruxpay", "fourmetas", "tests", "provider" }, names)
  end)

  for _, name in ipairs(names) do
    it("runs its example " .. name, function()
      local written = {}
      local code = "local print = ...\n" .. english[name]
      local run = assert(loader(code, "@README.md " .. name))
      run(function(...)
        for i = 1, select("#", ...) do written[#written + 1] = tostring((select(i, ...))) end
      end)
      if name == "first" then
        assert.equal("requires_action", written[1])
        assert.equal("succeeded", written[3])
        assert.equal("8.88 USD", written[4])
      elseif name == "provider" then
        assert.equal("https://api.bolt.example/v1/pay", written[1])
        assert.equal('{"merchant":"m-1","orderNo":"A-1","total":888,"currency":"USD"}', written[2])
      end
    end)
  end

  it("shows the same programs in both languages", function()
    local left, right = blocks "README.md", blocks "README.zh-CN.md"
    assert.equal(#left, #right)
    for i in ipairs(left) do
      assert.equal(without_comments(left[i]), without_comments(right[i]))
    end
  end)

  it("has the same headings and tables in both languages", function()
    local function count(path, pattern)
      local _, n = read(path):gsub(pattern, "")
      return n
    end
    for _, pattern in ipairs { "\n## ", "\n|", "\n%- ", "\n%d%. " } do
      assert.equal(count("README.md", pattern), count("README.zh-CN.md", pattern), pattern)
    end
  end)
end)
