-- The generator of the reference.

local support = require "spec.cli.support"

describe("scripts/docs", function()
  local folder

  setup(function() folder = support.folder() end)
  teardown(function() support.remove(folder) end)

  local function run(script, target)
    return support.shell(folder, ("%s %s %s"):format(support.lua, support.quote(script), target or ""))
  end

  it("writes the same bytes every time", function()
    assert.equal(0, run(support.root .. "/scripts/docs", "one").status)
    assert.equal(0, run(support.root .. "/scripts/docs", "two").status)
    assert.equal("", support.output(("diff -r %s/one %s/two 2>&1"):format(folder, folder)))
  end)

  it("tells of a provider what its tables hold", function()
    run(support.root .. "/scripts/docs", "docs")
    local page = support.read(folder .. "/docs/providers/appwheel.md")
    assert.truthy(page:find("\n# AppWheel", 1, true) or page:find "^# AppWheel")
    assert.truthy(page:find "\n| `app_id` | integer | yes | at least 1 |")
    assert.truthy(page:find "\n| `items%[1%]%.quantity` | `quantity` | integer |  | 1 to 1000000; default 1 |")
    assert.truthy(page:find "\n| `code = 205004` | rejected | not_found |")
    assert.truthy(page:find "\n| `products%[%]%.price` | `pricingInfo%.unit_amount` | money")
    assert.truthy(page:find "## Not documented by the provider\n.-\n| `pay_price` | unit |")
    local index = support.read(folder .. "/docs/README.md")
    assert.truthy(index:find("(providers/appwheel.md)", 1, true))
    local command = support.read(folder .. "/docs/command.md")
    assert.truthy(command:find("## obol doctor", 1, true))
  end)

  it("leads from its list of operations to headings that are there", function()
    run(support.root .. "/scripts/docs", "docs")
    local page, anchors, links = support.read(folder .. "/docs/providers/appwheel.md"), {}, 0
    for heading in page:gmatch "\n##+ ([^\n]+)" do
      anchors[heading:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-")] = true
    end
    for anchor in page:gmatch "%]%(#([^)]+)%)" do
      links = links + 1
      assert.is_true(anchors[anchor], anchor)
    end
    assert.is_true(links > 15)
  end)

  it("fails, naming the place, when a public function has no comment", function()
    os.execute(("mkdir -p %s/tree && cp -r scripts lua %s/tree/"):format(folder, folder))
    local path = folder .. "/tree/lua/obol/client/products.lua"
    local text, count = support.read(path):gsub("%-%-%- The products[^\n]*\n", "")
    assert.equal(1, count)
    support.write(path, text)
    local ran = run(folder .. "/tree/scripts/docs", "docs")
    assert.equal(1, ran.status)
    assert.truthy(ran.err:find "lua/obol/client/products%.lua:%d+: list")
  end)

  it("wants to know where to write", function()
    assert.equal(2, run(support.root .. "/scripts/docs").status)
  end)
end)
