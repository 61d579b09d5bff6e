--- Digests, message authentication codes, encodings, authenticated encryption and RSA keys.
-- Bytes go in and come out as strings; wherever bytes are taken, an `obol.secret` will do. An
-- argument of another type is an `error` at the caller's line; everything else that can go wrong
-- gives `nil, err`. Digests: `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`.

local core = require "obol.core".crypto
require "obol.error" -- gives errors their text

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

--- `aead_seal(name, key, nonce, aad, plain)`: `plain` encrypted, with the tag of 16 bytes behind
-- it. `name` is `aes-128-gcm` (key of 16 bytes) or `aes-256-gcm` (32 bytes), `nonce` has 12 bytes
-- and is never used twice with one key, `aad` is authenticated but not encrypted (nil: nothing).
-- Errors: `invalid`.
M.aead_seal = core.aead_seal

--- `aead_open(name, key, nonce, aad, sealed)`: the plain text, a string. The nonce may have 1 to 16
-- bytes, as providers choose it. Errors: `invalid` (name, key), `signature` with one text for
-- everything that is wrong with what came.
M.aead_open = core.aead_open

--- `key(text [, passphrase])`: a key, from PEM (its first key or certificate), DER, or the base64
-- of DER with or without line breaks. It may be private (PKCS #8, PKCS #1, SEC 1; also encrypted),
-- public (SPKI, PKCS #1) or a certificate, whose dates and issuer are not judged. RSA keys have
-- 1024 to 16384 bits, EC keys 224 or more. Errors: `invalid`, with `field` `key` or `passphrase`;
-- the text never shows in them. The key's numbers live in OpenSSL's memory and are wiped by
-- `:close()` or the collector. A key may be used from any number of coroutines. Methods:
--
-- `key:sign(digest, data [, padding [, salt]])`: the signature. Padding is `pkcs1` (the default) or
-- `pss`, whose MGF1 uses the same digest and whose salt has the digest's length, or `salt` bytes (0
-- to 512). An EC key takes no padding and gives DER. Errors: `invalid`.
--
-- `key:verify(digest, data, signature [, padding [, salt]])`: true, or false for whatever is wrong
-- with the signature; a PSS salt has to have exactly that length. Errors: `invalid` (digest,
-- padding, salt).
--
-- `key:encrypt(plain, padding)`, `key:decrypt(sealed, padding)`: RSA with `pkcs1`, `oaep-sha1` or
-- `oaep-sha256` (MGF1 with the same digest, no label), cut into segments that fit the key, at most
-- 64 KiB of plain text. Errors: `invalid`; of `decrypt` with one text for everything that is wrong
-- with what came, the same under every OpenSSL. Beware that whoever may ask `decrypt` with `pkcs1`
-- often, and learns whether it worked, can read what was encrypted for this key: do not answer
-- strangers differently.
--
-- `key:private_encrypt(plain)`, `key:public_recover(sealed)`: the old way round, PKCS #1 v1.5
-- padding of type 1, by segments. Errors: `invalid`; of `public_recover` also `signature`, with one
-- text.
--
-- `key:bits()`: the key's size, an integer. `key:type()`: `rsa` or `ec`. `key:is_private()`: a
-- boolean. `key:close()`: wipes the key; later calls raise. `tostring(key)` shows type and size.
M.key = core.key

return M
