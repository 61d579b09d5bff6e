-- The generator of the reference.

local obol = require "obol"
local support = require "spec.cli.support"
local values = require "obol.cli.values"

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

  it("tells who fills a field in, and asks for the currency of every amount", function()
    run(support.root .. "/scripts/docs", "docs")
    local page = support.read(folder .. "/docs/providers/ruxpay.md")
    assert.truthy(page:find "\n| `call%.key` | `transactionId` | text |  | filled in by Obol; at most 128 characters |")
    assert.truthy(page:find "\n| `account%.app_id` | `appId` | text |  | from the configuration |")
    assert.truthy(page:find "\n| `billing%.country` | [^|]+ | text | yes | 2 characters |")
    assert.truthy(page:find "obol call ACCOUNT payment%.create \\\n  method=checkout \\\n")
    page = support.read(folder .. "/docs/providers/mincloud.md")
    assert.truthy(page:find "\n| `currency` |  | currency | yes | one of CNY |")
    assert.truthy(page:find "\n| `limit` | `limit` in query |")
  end)

  -- The words of each example, which stand on a line of their own.
  local function examples(page)
    local found = {}
    for text in page:gmatch "```sh\nobol call ACCOUNT (.-)\n```" do
      local operation, words = text:match "^(%S+)", {}
      for line in text:gmatch "\n +([^\n]+)" do
        local one = line:gsub(" \\$", ""):gsub("^'(.*)'$", "%1")
        one = one:gsub("=env:(.*)$", function(name) return name == "CARD_CVV" and "=@cvv" or "=@number" end)
        words[#words + 1] = (one:gsub("=@", "=@" .. folder .. "/"))
      end
      found[#found + 1] = { operation = operation, words = words }
    end
    return found
  end

  it("gives examples that the library takes", function()
    run(support.root .. "/scripts/docs", "docs")
    support.write(folder .. "/number", "4300000000000000")
    support.write(folder .. "/cvv", "123")
    local secret, count = obol.secret "0123456789abcdef0123456789abcdef", 0
    local accounts = {
      appwheel = { app_id = 1, secret = secret },
      mincloud = { client_id = "a4d2d62965dd", profit_share_function = "share",
        login = { username = "shop", password = secret } },
      ruxpay = { base_url = "https://gateway.example", app_id = "1", merchant_no = "1", secret_key = secret },
      fourmetas = { api_base = "https://api.example", pay_base = "https://pay.example", game_id = 22 },
    }
    for provider, words in pairs(accounts) do
      words.provider = provider
      local account = assert(obol.account(words))
      for _, example in ipairs(examples(support.read(("%s/docs/providers/%s.md"):format(folder, provider)))) do
        local variants = obol.describe(provider, example.operation)
        local params = assert(values.parse(example.words, values.types(variants)))
        local request, err = account:encode(example.operation, params,
          { time_ms = 1700000000000, nonce = "1", key = "k" })
        assert.truthy(request, ("%s %s: %s"):format(provider, example.operation, tostring(err)))
        count = count + 1
      end
    end
    assert.is_true(count > 40, "examples: " .. count)
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
