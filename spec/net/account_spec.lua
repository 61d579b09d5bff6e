local support = require "spec.net.support"
local new_account = require "obol.account"
local secret = require "obol.secret"
local wait = require "obol.wait"

describe("a request made by an account", function()
  local server

  setup(function() server = support.server() end)
  teardown(function() support.stop_server(server) end)

  it("goes out as it was encoded", function()
    local account = assert(new_account{ provider = "appwheel", app_id = "1", platform = "Stripe",
      secret = secret "s3cret",
      base_url = server.url "echo" })
    local request = assert(account:encode("time.get", {}, { time_ms = 1700000000123, nonce = "1700000000123" }))
    local transport = assert(wait.transport{ timeout_ms = 30000 })
    local reply = assert(transport.send(request))
    local head, body = reply.body:match "^(.-\r\n)\r\n(.*)$"
    local target = request.url:match "^http://[^/]+(/.*)$"
    assert.equal(request.method .. " " .. target .. " HTTP/1.1", head:match "^[^\r]+")
    for name, value in pairs(request.headers) do
      assert.truthy(head:find(("\r\n%s: %s\r\n"):format(name, value), 1, true))
    end
    assert.equal(request.body, body)
  end)
end)
