-- A mistake in the configuration keeps nginx from starting, and it says which.

local files = require "spec.store.support"
local support = require "spec.nginx.support"

describe("the example's nginx", function()
  local folder
  before_each(function() folder = files.folder() end)
  after_each(function() files.remove(folder) end)

  -- How a start ends, with this configuration: what it prints.
  local function start(ledger, secret)
    local root = files.output "pwd":match "[^\n]+"
    local text, program = support.configuration({ http = ('include "%s/scripts/nginx/http.conf";'):format(root) },
      support.free_port())
    text = text:gsub('lua_package_path "', function(word) return word .. root .. "/scripts/nginx/?.lua;" end)
    files.write(folder .. "/nginx.conf", text)
    files.write(folder .. "/key", ("k"):rep(32))
    files.write(folder .. "/shop.lua", ([[return { mode = "test", ledger = %q, accounts = { subs = {
      provider = "appwheel", app_id = 1, platform = "Stripe", secret = secret.file "key" } } }]]):format(ledger))
    local words = ("OBOL_CONFIG=%s/shop.lua OBOL_CHECKOUT_SECRET=%s OBOL_API_KEY=%s"):format(folder,
      secret or ("s"):rep(32), ("a"):rep(16))
    return files.output(("%s timeout 30 %s -p %s -c %s/nginx.conf -e %s/error.log 2>&1"):format(words, program, folder,
      folder, folder))
  end

  it("does not start with a ledger that cannot be", function()
    for ledger, problem in pairs {
      ["sqlite:none/obol.db"] = "ledger: expected a file in a folder that is there",
      ["mysql://h"] = "ledger: expected `memory`",
    } do
      local said, code = start(ledger)
      assert.not_equal(0, code)
      assert.truthy(said:find(problem, 1, true), said)
    end
  end)

  it("does not start without what seals its links", function()
    local said, code = start("sqlite:obol.db", "short")
    assert.not_equal(0, code)
    assert.truthy(said:find("secret", 1, true), said)
    assert.is_false(files.exists(folder .. "/obol.db"))
  end)
end)
