--- Digests, message authentication codes, encodings, authenticated encryption and RSA keys.
-- Bytes go in and come out as strings; wherever bytes are taken, an `obol.secret` will do. An
-- argument of another type is an `error` at the caller's line; everything else that can go wrong
-- gives `nil, err`. Digests: `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`.

local core = require "obol.core".crypto

local M = {}

--- `digest(name, data)`: the digest of `data` (string or secret) as raw bytes.
-- Errors: `invalid` (no such digest), `unsupported` (this OpenSSL was built without it).
M.digest = core.digest

--- `hmac(name, key, data)`: the HMAC of `data` under `key` (both string or secret, also empty) as
-- raw bytes. Errors as for `digest`.
M.hmac = core.hmac

--- `hex(bytes)`: two lower-case digits a byte.
M.hex = core.hex

--- `unhex(text)`: the bytes again; both cases of letters are read.
-- Errors: `invalid` (an odd length, a character that is no digit).
M.unhex = core.unhex

--- `base64(bytes)`: the standard alphabet of RFC 4648 section 4, padded, on one line.
M.base64 = core.base64

--- `unbase64(text)`: the bytes again. Errors: `invalid` (blanks, a foreign character, missing or
-- misplaced padding, unused bits that are not zero).
M.unbase64 = core.unbase64

--- `equal(a, b)`: whether two strings or secrets hold the same bytes, in a time that does not
-- depend on the bytes (it may depend on their number).
M.equal = core.equal

return M
