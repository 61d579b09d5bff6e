--- What a browser holds: sealed texts that only this merchant's servers can make and read.
--
-- A token is authenticated and encrypted (AES-256-GCM), because it stands in addresses, histories and logs
-- and holds what the merchant said of the customer. Its nonce is an HMAC of what is sealed, so that no two
-- contents share one, and nothing random is needed. A token names its use: one for a return opens
-- nothing else.

local crypto = require "obol.crypto"
local json = require "obol.json"
local secret = require "obol.secret"

local M = {}
local Sealer = {}
Sealer.__index = Sealer

local CIPHER, NONCE, TAG, MOST = "aes-256-gcm", 12, 16, 6000

local function to_url(bytes)
  return (crypto.base64(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

local function from_url(text)
  if text:find("[^%w_-]") then return nil end
  local plain = text:gsub("[-_]", { ["-"] = "+", ["_"] = "/" })
  return crypto.unbase64(plain .. ("="):rep(-#plain % 4))
end

local function keys_of(text)
  local function derived(use) return secret(crypto.hmac("sha256", text, "obol checkout 1 " .. use)) end
  return { seal = derived "seal", nonce = derived "nonce", form = derived "form" }
end

--- Seals with the first of the secrets, opens with each.
function M.new(secrets)
  local self = setmetatable({ keys = {} }, Sealer)
  for place, one in ipairs(secrets) do self.keys[place] = keys_of(one) end
  return self
end

--- Seals `content` (a table of plain values) for a use: the token, or nil and an error where it is too
-- long or holds what JSON cannot.
function Sealer:seal(use, content)
  local plain, err = json.encode(content)
  if not plain then return nil, err end
  local key = self.keys[1]
  local nonce = crypto.hmac("sha256", key.nonce, use .. "\n" .. plain):sub(1, NONCE)
  local sealed = crypto.aead_seal(CIPHER, key.seal, nonce, use, plain)
  local token = to_url(nonce .. sealed)
  if #token > MOST then return nil end
  return token
end

--- What was sealed for this use, as it was; nil for anything else, whyever.
function Sealer:open(use, token)
  if type(token) ~= "string" or #token > MOST then return nil end
  local bytes = from_url(token)
  if not bytes or #bytes <= NONCE + TAG then return nil end
  for _, key in ipairs(self.keys) do
    local plain = crypto.aead_open(CIPHER, key.seal, bytes:sub(1, NONCE), use, bytes:sub(NONCE + 1))
    local content = plain and json.decode(plain)
    if type(content) == "table" then return content end
  end
  return nil
end

--- The proof that a form was shown to the browser with this cookie, on the page of this token.
function Sealer:proof(token, cookie)
  return to_url(crypto.hmac("sha256", self.keys[1].form, cookie .. "\n" .. token))
end

--- Whether `given` is that proof, by any of the keys, in a time that does not depend on what it holds.
function Sealer:proves(token, cookie, given)
  if type(given) ~= "string" or type(cookie) ~= "string" then return false end
  local found = false
  for _, key in ipairs(self.keys) do
    local wanted = to_url(crypto.hmac("sha256", key.form, cookie .. "\n" .. token))
    if crypto.equal(wanted, given) then found = true end
  end
  return found
end

--- A new cookie's value: nobody can guess it. nil where the system gives no random bytes.
function M.random()
  local file = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(18)
  if file then file:close() end
  return bytes and #bytes == 18 and to_url(bytes) or nil
end

return M
