--- Obol: taking payments through many providers, exactly and without losing any.
--
--     local obol = require "obol"
--     local pay, err = obol.open "obol.lua"
--
-- - `open(path or table)` -> client, or nil and an error; see obol.client.
-- - `account{ provider =, ... }` -> a pure account, or nil and an error; see obol.account.
-- - `providers()` -> the names of all providers; `describe(provider [, operation])` -> their tables
-- - `provider.define{ ... }` -> a provider written in Lua, see obol.provider.
-- - `flow(name, fn [, options])` -> a durable flow, see obol.flow.
-- - `qr(text)` -> a QR code as SVG and for a terminal, see obol.qr.
-- - `jsapi(err_msg)` -> what WeChat's bridge said, see obol.jsapi.
-- - `nginx.new(pay, options)` -> handlers for lua-nginx-module, with a checkout; see obol.nginx.
-- - `features()` -> what this build and machine offer: versions, or false for what is missing.
-- - `all(f, g, ...)` -> runs them at once, answers the packed results of each.
-- - `money`, `json`, `crypto`, `secret`, `error` -> the modules of that name; `null` is JSON's null;
--   `version` is this library's.

-- Loaded when first used, so that a program pays only for what it uses.
local modules = { account = true, crypto = true, error = true, flow = true, json = true, jsapi = true, money = true,
  nginx = true, provider = true, qr = true, secret = true }

local makers = {
  open = function() return require("obol.client").with { flows = require "obol.flow.part" } end,
  all = function() return require("obol.wait").all end,
  null = function() return require("obol.json").null end,
  providers = function() return require("obol.core").providers end,
  describe = function() return require("obol.core").describe end,
  features = function() return require("obol.core").features end,
}

local M = { version = "0.1.0" }

return setmetatable(M, {
  __index = function(_, name)
    local value
    if modules[name] then
      value = require("obol." .. name)
    elseif makers[name] then
      value = makers[name]()
    end
    M[name] = value
    return value
  end,
})
