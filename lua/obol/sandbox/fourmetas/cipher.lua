--- The parameter of a callback: clear text under RSA, block by block, then as text.

local crypto = require "obol.crypto"
local keys = require "obol.sandbox.fourmetas.keys"

local M = {}

local overheads = { pkcs1 = 11, oaep_sha1 = 42 }

--- What may be chosen, each a set.
M.modes = { public_encrypt = true, private_encrypt = true }
M.encodings = { base64 = true, hex = true }
M.wrappings = { none = true, crlf = true, url_safe = true, unpadded = true, blanks = true }

local function pair_of(given)
  if given == nil then return keys.ready end
  if given == "small" then return keys.small end
  return given
end

-- A problem of the options as text, or nil.
local function problem_of(rsa)
  local pair = pair_of(rsa.keys)
  local ok = M.modes[rsa.mode] and M.encodings[rsa.encoding] and overheads[rsa.padding]
  if not ok then return "rsa: expected a known mode, encoding and padding" end
  if rsa.padding ~= "pkcs1" and rsa.mode ~= "public_encrypt" then return "rsa: oaep is for public_encrypt" end
  if type(pair) ~= "table" or type(pair.private) ~= "string" or type(pair.public) ~= "string" then
    return "rsa.keys: expected small, or the texts private and public"
  end
  local private, public = crypto.key(pair.private), crypto.key(pair.public)
  if not private or not public or not private:is_private() or private:type() ~= "rsa"
    or private:bits() ~= public:bits() then
    return "rsa.keys: expected the two halves of an RSA key"
  end
  rsa.most = math.ceil(private:bits() / 8) - overheads[rsa.padding]
  local segment = rsa.segment or rsa.most
  if type(segment) ~= "number" or segment % 1 ~= 0 or segment < 1 or segment > rsa.most then
    return "rsa.segment: expected 1 to what a block holds"
  end
  rsa.private, rsa.public, rsa.pair = private, public, pair
  return nil
end

--- Completes the options of a scheme: `mode` (`public_encrypt` if not given, or `private_encrypt`), `keys`
-- (the published pair if not given, `small` for one of 1024 bits, or a table with `private` and `public`,
-- as PEM or base64), `encoding` (`base64`, `hex`), `padding` (`pkcs1`, `oaep_sha1`), `param_name`, `segment`
-- (bytes of clear text a block). Answers the scheme, or nil and what is wrong.
function M.new(options)
  local rsa = { mode = "public_encrypt", encoding = "base64", padding = "pkcs1", param_name = "param" }
  for name, value in pairs(options) do rsa[name] = value end
  local problem = problem_of(rsa)
  if problem then return nil, problem end
  rsa.segment = rsa.segment or rsa.most
  return rsa
end

-- A pair that is not the scheme's, of its size where there is one.
local function other_pair(rsa)
  local small = rsa.private:bits() == 1024
  return crypto.key((small and keys.other_small or keys.other).private)
end

local function seal_block(rsa, key, part, mode)
  if mode == "private_encrypt" then return key:private_encrypt(part) end
  return key:encrypt(part, (rsa.padding:gsub("_", "-")))
end

--- Blocks of a clear text. `how` may have `segment`; `wrong_key`, for another pair; `public`, for what
-- somebody makes who has the public half alone.
function M.seal(rsa, clear, how)
  how = how or {}
  local mode = how.public and "public_encrypt" or rsa.mode
  local key = mode == "private_encrypt" and rsa.private or rsa.public
  local most = rsa.segment
  if how.wrong_key then
    key = other_pair(rsa)
    most = math.min(most, math.ceil(key:bits() / 8) - overheads[rsa.padding])
  end
  local size, out = math.min(how.segment or most, most), {}
  for at = 1, #clear, size do
    out[#out + 1] = assert(seal_block(rsa, key, clear:sub(at, at + size - 1), mode))
  end
  return out
end

local wrap = {
  none = function(param) return param end,
  crlf = function(param)
    local lines = {}
    for at = 1, #param, 76 do lines[#lines + 1] = param:sub(at, at + 75) end
    return table.concat(lines, "\r\n")
  end,
  url_safe = function(param) return (param:gsub("[+/]", { ["+"] = "-", ["/"] = "_" })) end,
  unpadded = function(param) return (param:gsub("=+$", "")) end,
  blanks = function(param) return (param:gsub("%+", " ")) end,
}

--- Sealed bytes as text: hex, or base64, which may be damaged as some senders and forms do: `crlf` after
-- each 76 characters, `url_safe` letters, `unpadded`, `blanks` for plus signs.
function M.encode(rsa, sealed, wrapping)
  if rsa.encoding == "hex" then return crypto.hex(sealed) end
  return wrap[wrapping or "none"](crypto.base64(sealed))
end

--- What a merchant configures to read it.
function M.account(rsa)
  local private = rsa.mode == "public_encrypt"
  return { mode = rsa.mode, key = private and rsa.pair.private or rsa.pair.public, encoding = rsa.encoding,
    padding = rsa.padding, param_name = rsa.param_name }
end

return M
