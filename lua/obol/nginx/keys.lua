--- API keys of the merchant's servers.

local crypto = require "obol.crypto"
local dict = require "obol.shared"
local input = require "obol.nginx.input"
local reply = require "obol.nginx.reply"

local M = {}

local MOST = 512

--- Whether a key (text or an obol.secret) can be sent: visible characters, no line's end, which files have.
function M.is_key(key)
  local text = type(key) == "string" and key or key:reveal()
  return #text <= MOST and text:find("^[!-~]+$") ~= nil
end

--- Keeps only digests of the keys, which have one length: comparing takes the same time whatever is sent.
function M.new(keys)
  local digests = {}
  for place, key in ipairs(keys) do digests[place] = crypto.digest("sha256", key) end
  return digests
end

-- The place of the key that was sent, nil for none of ours. All are compared.
local function place_of(digests, request)
  local scheme, key = (input.header(request, "authorization") or ""):match("^(%a+) +([!-~]+)$")
  if not key or scheme:lower() ~= "bearer" or #key > MOST then return nil end
  local digest, found = crypto.digest("sha256", key), nil
  for place, one in ipairs(digests) do
    if crypto.equal(one, digest) then found = place end
  end
  return found
end

--- The key that a call came with, as a short name; or nil and the answer to it.
function M.check(shop, request)
  local now = shop.clock()
  local failures = "keys/" .. request.remote_addr
  local place = place_of(shop.keys, request)
  if place then return crypto.hex(shop.keys[place]:sub(1, 8)) end
  if not dict.allow(shop.dict, failures, shop.limits.key_failures, 60, now) then
    return nil, reply.problem(429, "expected fewer calls without a key", nil, { ["retry-after"] = "60" })
  end
  return nil, reply.problem(401, "expected an API key", nil, { ["www-authenticate"] = 'Bearer realm="payments"' })
end

return M
