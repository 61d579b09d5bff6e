-- What nginx's logs hold of a payer's page: nothing with which anybody could open it.

local checkout = require "spec.nginx.checkout.support"
local support = require "spec.nginx.support"
local wait = require "obol.wait"

local transport = assert(wait.transport { timeout_ms = 60000 })

describe("the logs of nginx", function()
  local server

  setup(function()
    server = support.start {
      http = [[
        lua_shared_dict obol 4m;
        init_by_lua_block { require "spec.nginx.checkout.app" } ]],
      server = [[
        location /pay/checkout/ { content_by_lua_block { require("spec.nginx.checkout.app").checkout() } }
        location = /link { content_by_lua_block { require("spec.nginx.checkout.app").make_link() } }
        location = /spoil { content_by_lua_block { require("spec.nginx.checkout.app").spoil() } } ]],
    }
  end)

  teardown(function() assert.equal(0, (server:stop())) end)

  local function call(method, path, body, headers)
    return assert(transport.send { method = method, url = server:url(path), body = body, headers = headers or {} })
  end

  -- Chooses a way on the page of an order; the page's token.
  local function choose(order)
    local path = server:get("/link?order=" .. order)
    local page = call("GET", path, nil, { ["user-agent"] = checkout.DESKTOP })
    local cookie, proof = page.headers["set-cookie"]:match "^[^;]+", page.body:match 'name="form" value="([^"]*)"'
    call("POST", path, "way=web%2Fwechat_qr&form=" .. proof, { cookie = cookie,
      referer = server:url(path), ["content-type"] = "application/x-www-form-urlencoded" })
    return path:match "[^/]+$"
  end

  it("tell why a payment was not begun, and not whose page it was", function()
    for query, said in pairs { [""] = "the ledger cannot be written", ["?raise=1"] = "spoilt" } do
      server:get("/spoil" .. query)
      local token = choose("L-" .. #said)
      assert.is_true(support.eventually(function() return server:log():find(said, 1, true) ~= nil end), said)
      assert.is_nil(server:log():find(token, 1, true))
    end
  end)
end)
