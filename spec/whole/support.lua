--- A client that reaches the sandbox's server by libcurl, as a merchant's program reaches a provider.

local json = require "obol.json"
local obol = require "obol"
local server = require "obol.sandbox.server"
local wait = require "obol.wait"

local M = {}

local control = assert(wait.transport {})

--- Starts a server; `stop` ends it.
function M.start(options)
  local self = { server = assert(server.start(options or {})) }

  function self.control(verb, input)
    local reply = assert(control.send {
      method = input and "POST" or "GET", url = self.server.url .. "/_sandbox/" .. verb,
      body = input and json.encode(input) or nil,
      headers = input and { ["content-type"] = "application/json" } or nil,
    })
    local answer = assert(json.decode(reply.body))
    assert(reply.status == 200, verb .. ": " .. reply.body)
    return answer
  end

  --- A client of the ready-made account; `config` replaces members of the configuration.
  function self.open(config, account)
    local shop = self.control("accounts").appwheel
    local subs = { provider = "appwheel", app_id = shop.app_id, platform = shop.platform,
      base_url = shop.base_url, secret = obol.secret(shop.secret) }
    for name, value in pairs(account or {}) do subs[name] = value end
    local all = { mode = "test", ledger = "memory", accounts = { subs = subs } }
    for name, value in pairs(config or {}) do all[name] = value end
    return assert(obol.open(all))
  end

  function self.stop() self.server:stop() end

  return self
end

M.order = require("spec.whole.order").order

return M
