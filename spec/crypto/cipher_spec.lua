local crypto = require "obol.crypto"
local secret = require "obol.secret"

local function bytes(digits) return (assert(crypto.unhex(digits))) end

local function refused(kind, field, message, result, err)
  assert.is_nil(result)
  assert.equal(kind, err.kind)
  assert.equal(field, err.field)
  assert.equal(message, err.message)
end

-- McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: name, key, nonce,
-- additional data, plain text, cipher text with tag
local known = {
  { "aes-128-gcm", ("00"):rep(16), ("00"):rep(12), "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
  { "aes-128-gcm", ("00"):rep(16), ("00"):rep(12), "", ("00"):rep(16),
    "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf" },
  { "aes-128-gcm", "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      .. "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
      .. "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
      .. "5bc94fbc3221a5db94fae95ae7121a47" },
  { "aes-256-gcm", ("00"):rep(32), ("00"):rep(12), "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
  { "aes-256-gcm", ("00"):rep(32), ("00"):rep(12), "", ("00"):rep(16),
    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
}

describe("crypto.aead", function()
  for number, case in ipairs(known) do
    it(("%s, published case %d"):format(case[1], number), function()
      local key, nonce, aad = bytes(case[2]), bytes(case[3]), bytes(case[4])
      local plain, sealed = bytes(case[5]), bytes(case[6])
      assert.equal(case[6], crypto.hex(crypto.aead_seal(case[1], key, nonce, aad, plain)))
      assert.equal(plain, crypto.aead_open(case[1], key, nonce, aad, sealed))
      assert.equal(sealed, crypto.aead_seal(case[1], secret(key), secret(nonce), secret(aad),
        secret(plain)))
      assert.equal(plain, crypto.aead_open(case[1], secret(key), secret(nonce), secret(aad),
        secret(sealed)))
    end)
  end

  it("takes nil for no additional data", function()
    assert.equal(known[2][6], crypto.hex(crypto.aead_seal("aes-128-gcm", ("\0"):rep(16),
      ("\0"):rep(12), nil, ("\0"):rep(16))))
    assert.equal(("\0"):rep(16), crypto.aead_open("aes-128-gcm", ("\0"):rep(16), ("\0"):rep(12),
      nil, bytes(known[2][6])))
  end)

  it("carries much", function()
    local key, nonce, plain = ("k"):rep(32), ("n"):rep(12), ("p"):rep(1000001)
    local sealed = assert(crypto.aead_seal("aes-256-gcm", key, nonce, "aad", plain))
    assert.equal(#plain + 16, #sealed)
    assert.equal(plain, crypto.aead_open("aes-256-gcm", key, nonce, "aad", sealed))
  end)

  it("gives one answer to everything that is not authentic", function()
    local key, nonce, aad = bytes(known[3][2]), bytes(known[3][3]), bytes(known[3][4])
    local sealed = bytes(known[3][6])
    local function open_refused(...)
      refused("signature", "sealed", "is not authentic", crypto.aead_open("aes-128-gcm", ...))
    end
    for at = 1, #sealed do
      local changed = sealed:sub(1, at - 1) .. string.char((sealed:byte(at) + 128) % 256)
        .. sealed:sub(at + 1)
      open_refused(key, nonce, aad, changed)
    end
    for size = 0, #sealed - 1 do open_refused(key, nonce, aad, sealed:sub(1, size)) end
    open_refused(key, nonce, aad, sealed .. "\0")
    open_refused(key, nonce, "", sealed)
    open_refused(key, nonce, nil, sealed)
    open_refused(key, nonce, aad .. "\0", sealed)
    open_refused(("k"):rep(16), nonce, aad, sealed)
    open_refused(key, ("n"):rep(12), aad, sealed)
    for _, size in ipairs { 0, 1, 8, 11, 13, 16, 17, 1000 } do
      open_refused(key, ("n"):rep(size), aad, sealed)
    end
  end)

  it("refuses what the caller got wrong", function()
    local key, nonce = ("k"):rep(16), ("n"):rep(12)
    for _, call in ipairs { crypto.aead_seal, crypto.aead_open } do
      for _, name in ipairs { "", "aes-192-gcm", "AES-128-GCM", "aes-128-cbc", "aes-128-gcm\0" } do
        refused("invalid", "cipher", "expected aes-128-gcm or aes-256-gcm",
          call(name, key, nonce, "", ("x"):rep(32)))
      end
      for _, bad in ipairs { "", "k", ("k"):rep(15), ("k"):rep(17), ("k"):rep(32) } do
        refused("invalid", "key", "expected 16 bytes for aes-128-gcm",
          call("aes-128-gcm", bad, nonce, "", ("x"):rep(32)))
      end
      refused("invalid", "key", "expected 32 bytes for aes-256-gcm",
        call("aes-256-gcm", key, nonce, "", ("x"):rep(32)))
      for at = 1, 5 do
        local arguments = { "aes-128-gcm", key, nonce, "", "x" }
        arguments[at] = at == 4 and 12 or {}
        assert.has_error(function() call((unpack or table.unpack)(arguments)) end)
      end
    end
    for _, size in ipairs { 0, 1, 11, 13, 16 } do
      refused("invalid", "nonce", "expected 12 bytes",
        crypto.aead_seal("aes-128-gcm", key, ("n"):rep(size), "", "x"))
    end
  end)
end)
