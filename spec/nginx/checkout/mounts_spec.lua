-- Several shops in one nginx, rules that limit accounts, and a dict that is too small.

local checkout = require "spec.nginx.checkout.support"
local json = require "obol.json"
local net = require "spec.net.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

local transport = assert(wait.transport { timeout_ms = 60000 })

describe("shops in one nginx", function()
  local server, folder

  setup(function()
    folder = net.folder()
    local locations = {}
    for mount, shop in pairs { pay = "pay", there = "there" } do
      for path, handler in pairs { checkout = "checkout", ["return"] = "returned", notify = "notify",
        create = "create" } do
        locations[#locations + 1] = ("location /%s/%s { content_by_lua_block { %s.%s.%s() } }"):format(mount, path,
          'require("spec.nginx.checkout.mounts")', shop, handler)
      end
    end
    for _, name in ipairs { "link", "make", "paid", "fill" } do
      locations[#locations + 1] = ("location = /%s { content_by_lua_block { %s.%s() } }"):format(name,
        'require("spec.nginx.checkout.mounts")', name)
    end
    server = support.start { server = table.concat(locations, "\n"), http = ([[
      lua_shared_dict obol 128k;
      lua_shared_dict numbers 1m;
      init_by_lua_block {
        package.loaded["spec.nginx.place"] = "%s/obol.db"
        require "spec.nginx.checkout.mounts"
      } ]]):format(folder) }
  end)

  teardown(function()
    local code, log = server:stop()
    net.remove(folder)
    assert.equal(0, code)
    assert.is_nil(log:find("%[error%]"), log)
  end)

  local function call(method, path, body, headers)
    local all = { ["user-agent"] = checkout.DESKTOP, ["accept-language"] = "en" }
    for name, value in pairs(headers or {}) do all[name] = value end
    return assert(transport.send { method = method, url = server:url(path), body = body, headers = all })
  end

  -- A payer's browser on the page of a link: its path, and a function that sends its form with a way.
  local function browser(query)
    local path = server:get("/link?" .. query)
    local page = call("GET", path)
    local headers = { cookie = page.headers["set-cookie"]:match "^[^;]+",
      ["content-type"] = "application/x-www-form-urlencoded" }
    local proof = page.body:match 'name="form" value="([^"]*)"'
    return path, function(way)
      return call("POST", path, ("form=%s&way=%s"):format(proof, (way:gsub("[*/]", { ["*"] = "%2A", ["/"] = "%2F" }))),
        headers)
    end
  end

  local function code_of(page) return page.body:match "<h2>([^<]*)</h2>" end

  it("know their accounts also where rules limit them and the ledger cannot answer yet", function()
    for _, account in ipairs { "web", "cards", "games" } do
      assert.not_equal(404, call("POST", "/pay/notify/" .. account, "{}").status, account)
    end
    assert.equal(404, call("POST", "/pay/notify/nobody", "{}").status)
  end)

  it("say with what a code is read, also when two tabs chose two ways at once", function()
    for place = 1, 5 do
      local path, submit = browser("order=A-" .. place)
      local ways = { "*/wechat_qr", "*/qq_qr" }
      for _, result in ipairs { wait.all(function() return submit(ways[1 + place % 2]) end,
        function() return submit(ways[2 - place % 2]) end) } do
        assert.equal(303, result[1].status)
      end
      local state = call("GET", "/pay/create?order_id=A-" .. place, nil, { authorization = "Bearer " .. checkout.KEY })
      local payment = json.decode(state.body)
      assert.equal(1, #payment.attempts)
      local is_wechat = payment.action.data:find "^weixin:" ~= nil
      assert.equal("Scan the code with " .. (is_wechat and "WeChat" or "QQ"), code_of(call("GET", path)))
    end
  end)

  it("show of an order what was chosen and shown in their own", function()
    local _, submit = browser "order=B-1"
    assert.equal(303, submit("*/qq_qr").status)
    local page = call("GET", server:get "/make?order=B-1&method=wechat_qr&there=1")
    assert.equal("Scan the code to pay", code_of(page))
    for _, query in ipairs { "order=B-2&kind=lights&there=1", "order=B-2&kind=lights" } do
      _, submit = browser(query)
      assert.equal(303, submit(query:find "there" and "cards/checkout" or "*/checkout").status)
    end
    local back = call("GET", server:get "/paid?order=B-2&there=1")
    page = call("GET", (back.headers.location:gsub("^http://[^/]+", "")))
    assert(page.body:find("<h1>from there</h1>", 1, true), page.body)
    assert(page.body:find("<span>Paid</span>", 1, true))
  end)

  it("hold no call up where the dict has no room for its Idempotency-Key", function()
    assert.equal("0", server:get "/fill")
    for place = 1, 3 do
      local order = json.encode(checkout.tea("C-" .. place, { method = "wechat_qr" }))
      local function create()
        return call("POST", "/pay/create", order, { ["content-type"] = "application/json",
          authorization = "Bearer " .. checkout.KEY, ["idempotency-key"] = "c-" .. place })
      end
      assert.equal(201, create().status)
      assert.equal(201, create().status)
      assert.equal(200, call("GET", server:get("/link?order=D-" .. place)).status)
    end
  end)
end)
