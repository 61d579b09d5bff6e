-- The checkout as people use it, in Chromium. `make browser` installs its driver; without that, or without
-- Chromium or node, these specs are skipped and say so.

package.path = "./scripts/storefront/?.lua;" .. package.path

local json = require "obol.json"
local sandbox = require "obol.sandbox.server"
local storefront = require "server"
local wait = require "obol.wait"

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local MODULES = (os.getenv "BUILD" or "build") .. "/browser/node_modules"
local CHROMIUM = os.getenv "CHROMIUM" or "/usr/bin/chromium"
local is_there = read(("[ -d %s/playwright-core ] && [ -x %s ] && command -v node"):format(MODULES, CHROMIUM)) ~= ""

local function names()
  local list = {}
  for name in read "cat spec/browser/checkout.js":gmatch '\n  async "([^"]*)"' do list[#list + 1] = name end
  return list
end

describe("the checkout in a browser", function()
  if not is_there then
    pending "needs chromium, node and what `make browser` installs"
    return
  end
  -- What the browser meets is nginx with LuaJIT, whichever Lua starts it.
  if rawget(_G, "jit") then
    pending "is looked at once, by Lua 5.4"
    return
  end

  local results = {}

  local function control(transport, url, verb, input)
    local reply = assert(transport.send { method = input and "POST" or "GET", url = url .. "/_sandbox/" .. verb,
      body = input and json.encode(input), headers = input and { ["content-type"] = "application/json" } })
    return assert(json.decode(reply.body))
  end

  setup(function()
    local box = assert(sandbox.start {})
    local transport = assert(wait.transport {})
    local accounts = control(transport, box.url, "accounts")
    local shop = assert(storefront.start { port = 0, here = "scripts", sandbox = box.url, accounts = accounts })
    local hasty = assert(storefront.start { port = 0, here = "scripts", sandbox = box.url, accounts = accounts,
      expire_after = "15s" })
    for provider, account in pairs { mincloud = "web", appwheel = "subs" } do
      control(transport, box.url, "webhook", { provider = provider, url = shop.url .. "/pay/notify/" .. account })
    end
    local said = read(("NODE_PATH=%s timeout 300 node spec/browser/checkout.js %s %s %s %s %s 2>&1")
      :format(MODULES, shop.url, box.url, hasty.url, hasty.key, os.getenv "PICTURES" or ""))
    results.log = shop:log() .. hasty:log()
    shop:stop()
    hasty:stop()
    box:stop()
    for line in said:gmatch "[^\n]+" do
      local result = json.decode(line)
      if result then results[result.name] = result else results.said = (results.said or "") .. line .. "\n" end
    end
  end)

  for _, name in ipairs(names()) do
    it(name, function()
      local result = results[name] or { problem = results.said or "no result" }
      assert(result.ok, result.problem)
    end)
  end

  it("and nothing went wrong in nginx", function()
    assert.is_nil(results.log:find("lua entry thread aborted", 1, true))
  end)
end)
