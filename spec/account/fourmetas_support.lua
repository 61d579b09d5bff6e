--- What the specs of 4metas accounts share.

local account = require "obol.account"
local common = require "spec.account.common"
local crypto = require "obol.crypto"
local keys = require "obol.sandbox.fourmetas.keys"
local secret = require "obol.secret"

local M = {}

--- The pair that the protocol's test vectors were made with, and a stranger's.
M.pair, M.stranger = keys.ready, keys.other

--- An account of game 22; `rsa` and `more` replace members.
function M.config(rsa, more)
  local config = {
    provider = "fourmetas", api_base = "https://api.example/prefix/", pay_base = "https://pay.example",
    game_id = 22, rsa = rsa or { key = secret(M.pair.private) },
  }
  for name, value in pairs(more or {}) do config[name] = value end
  return config
end

function M.account(rsa, more) return assert(account(M.config(rsa, more))) end

--- One that takes what the platform's private key sealed.
function M.recovering(more)
  local rsa = { mode = "private_encrypt", key = secret(M.pair.public) }
  for name, value in pairs(more or {}) do rsa[name] = value end
  return M.account(rsa)
end

--- An order that every check lets through; `more` replaces members (false takes one out).
function M.order(more)
  return common.with({ customer = { id = "167123123123" }, item = { product_id = 1 }, amount = "3.44",
    currency = "USD", order_id = "A-1001" }, more)
end

M.fixture = common.fixtures "fourmetas"

--- A callback over JSON with this `param`.
function M.callback(param)
  return { method = "POST", url = "https://shop.example/notify", body = '{"param":"' .. param .. '"}',
    headers = { ["content-type"] = "application/json; charset=utf-8" } }
end

--- Seals a text as the platform would: mode A with a public key, mode B with a private one.
function M.seal(text, mode)
  local key
  if mode == "private_encrypt" then
    key = assert(crypto.key(M.pair.private))
    return crypto.base64(assert(key:private_encrypt(text)))
  end
  key = assert(crypto.key(M.pair.public))
  return crypto.base64(assert(key:encrypt(text, "pkcs1")))
end

return M
