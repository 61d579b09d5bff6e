local support = require "spec.net.support"
local wait = require "obol.wait"

describe("TLS", function()
  local folder, ours, foreign

  setup(function()
    folder = support.folder()
    ours = support.tls_server(folder, "localhost")
    foreign = support.tls_server(folder, "elsewhere")
  end)

  teardown(function()
    support.stop(ours)
    support.stop(foreign)
    support.remove(folder)
  end)

  local function send(server, options, transport_options)
    local transport = assert(wait.transport(transport_options or { timeout_ms = 30000 }))
    return transport.send({ url = ("https://localhost:%d/"):format(server.port), pool = "tls" },
      options)
  end

  local function refused(kind, reply, err)
    assert.is_nil(reply)
    assert.equal("not_sent", err.outcome)
    assert.equal(kind, err.kind)
    return err
  end

  it("refuses a certificate that nobody vouches for", function()
    assert.truthy(refused("network", send(ours)).message:find "certificate")
  end)

  it("trusts the ca_file of the transport", function()
    assert.equal(200, assert(send(ours, nil, { timeout_ms = 30000, ca_file = ours.ca_file })).status)
  end)

  it("trusts the ca_file of a call, and of no other call", function()
    assert.equal(200, assert(send(ours, { ca_file = ours.ca_file })).status)
    refused("network", send(ours))
    refused("network", send(ours, { ca_file = foreign.ca_file }))
  end)

  it("refuses the certificate of another host", function()
    refused("network", send(foreign, { ca_file = foreign.ca_file }))
  end)

  it("says that a ca_file cannot be read", function()
    local err = refused("invalid", send(ours, { ca_file = folder .. "/none.pem" }))
    assert.equal("ca_file", err.field)
  end)

  it("has no option that turns it off", function()
    for _, name in ipairs{ "insecure", "verify", "ssl_verify", "tls_verify" } do
      local transport, err = wait.transport{ [name] = false }
      assert.is_nil(transport)
      assert.equal("invalid", err.kind)
    end
  end)

  it("shares no connection between different trust", function()
    local url = { url = ("https://localhost:%d/"):format(ours.port) }
    local transport = assert(wait.transport{ timeout_ms = 30000 })
    assert(transport.send(url, { ca_file = ours.ca_file }))
    refused("network", transport.send(url))
  end)
end)
