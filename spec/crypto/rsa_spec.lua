local crypto = require "obol.crypto"
local secret = require "obol.secret"
local keys = require "spec.crypto.keys"

local made, modulus = keys.made, keys.modulus
local private = assert(crypto.key(keys.der.rsa_pkcs8))
local public = assert(crypto.key(keys.der.rsa_spki))
local other = assert(crypto.key(keys.der.other_pkcs8))
local odd = assert(crypto.key(keys.der.odd_pkcs8))
local ec = assert(crypto.key(keys.der.ec_pkcs8))
local overheads = { pkcs1 = 11, ["oaep-sha1"] = 42, ["oaep-sha256"] = 66 }

local function refused(kind, field, message, result, err)
  assert.is_nil(result)
  assert.equal(kind, err.kind)
  assert.equal(field, err.field)
  assert.equal(message, err.message)
end

--- Decryption has one answer for everything that is wrong with what came.
local function sealed_refused(key, sealed, padding)
  refused("invalid", "sealed", "could not be decrypted with this key", key:decrypt(sealed, padding))
end

describe("key:decrypt", function()
  it("reads what OpenSSL's command line made", function()
    assert.equal("obol", private:decrypt(made.sealed_pkcs1, "pkcs1"))
    assert.equal("", private:decrypt(made.sealed_pkcs1_empty, "pkcs1"))
    assert.equal("obol", private:decrypt(secret(made.sealed_oaep_sha1), "oaep-sha1"))
    assert.equal("obol", private:decrypt(made.sealed_oaep_sha256, "oaep-sha256"))
  end)

  it("reads padding at the edge of what is right", function()
    local edge = keys.edge_blocks
    assert.equal(("m"):rep(117), private:decrypt(edge.eight_bytes_of_padding, "pkcs1"))
    assert.equal("\0\0a\0", private:decrypt(edge.zeros_in_the_message, "pkcs1"))
  end)

  it("joins segments", function()
    local sealed = made.sealed_pkcs1 .. made.sealed_pkcs1_empty .. made.sealed_pkcs1
    assert.equal("obolobol", private:decrypt(sealed, "pkcs1"))
    assert.equal("obolobol",
      private:decrypt(made.sealed_oaep_sha256:rep(2), "oaep-sha256"))
  end)

  for name, block in pairs(keys.bad_blocks) do
    it("refuses padding: " .. name, function()
      sealed_refused(private, block, "pkcs1")
      sealed_refused(private, made.sealed_pkcs1 .. block, "pkcs1")
      sealed_refused(private, block .. made.sealed_pkcs1, "pkcs1")
      sealed_refused(private, block, "oaep-sha1")
      sealed_refused(private, block, "oaep-sha256")
    end)
  end

  it("refuses another key, another padding, another size and numbers beyond the modulus", function()
    local names = { pkcs1 = "sealed_pkcs1", ["oaep-sha1"] = "sealed_oaep_sha1",
      ["oaep-sha256"] = "sealed_oaep_sha256" }
    for padding, name in pairs(names) do
      local sealed = made[name]
      for _, bad in ipairs { "", "x", sealed:sub(1, -2), sealed:sub(2), sealed .. "\0",
        "\0" .. sealed, sealed .. sealed:sub(1, 64), modulus, ("\255"):rep(128),
        ("\0"):rep(128), sealed .. modulus, ("x"):rep(1000000) } do
        sealed_refused(private, bad, padding)
      end
      sealed_refused(other, sealed, padding)
      sealed_refused(odd, sealed, padding)
      for against in pairs(names) do
        -- one OAEP block in 700 happens to be right as PKCS #1
        if against ~= padding and against ~= "pkcs1" then
          sealed_refused(private, sealed, against)
        end
      end
    end
    -- MGF1 with another digest than OAEP's own is not offered
    sealed_refused(private, made.sealed_oaep_sha256_mgf1_sha1, "oaep-sha256")
  end)

  it("refuses keys and paddings that cannot decrypt", function()
    local sealed = made.sealed_pkcs1
    refused("invalid", "key", "expected a private key", public:decrypt(sealed, "pkcs1"))
    refused("invalid", "key", "expected an rsa key", ec:decrypt(sealed, "pkcs1"))
    refused("invalid", "padding", "expected pkcs1, oaep-sha1 or oaep-sha256 to encrypt",
      private:decrypt(sealed, "pss"))
    refused("invalid", "padding", "expected pkcs1, oaep-sha1, oaep-sha256 or pss",
      private:decrypt(sealed, "oaep"))
  end)

  it("raises for other types", function()
    assert.has_error(function() private:decrypt(1, "pkcs1") end)
    assert.has_error(function() private:decrypt("x") end)
    assert.has_error(function() private:decrypt("x", 1) end)
    assert.has_error(function() private:decrypt() end)
  end)
end)

describe("key:encrypt", function()
  it("fills blocks of the key's size, differently each time", function()
    for padding, overhead in pairs(overheads) do
      local room = 128 - overhead
      for size, blocks in pairs { [0] = 1, [1] = 1, [room] = 1, [room + 1] = 2, [5 * room] = 5 } do
        local plain = ("p"):rep(size)
        local sealed = assert(public:encrypt(plain, padding))
        assert.equal(128 * blocks, #sealed)
        assert.equal(plain, private:decrypt(sealed, padding))
        assert.not_equal(sealed, public:encrypt(plain, padding))
      end
    end
  end)

  it("works with a key of no whole number of bytes", function()
    for padding, overhead in pairs(overheads) do
      local plain = ("p"):rep(129 - overhead)
      local sealed = assert(odd:encrypt(plain, padding))
      assert.equal(129, #sealed)
      assert.equal(plain, odd:decrypt(sealed, padding))
    end
  end)

  it("takes secrets and 64 KiB, no more", function()
    assert.equal("obol", private:decrypt(public:encrypt(secret "obol", "pkcs1"), "pkcs1"))
    local plain = ("p"):rep(65536)
    assert.equal(plain, private:decrypt(public:encrypt(plain, "pkcs1"), "pkcs1"))
    assert.equal(plain, private:decrypt(public:encrypt(plain, "oaep-sha256"), "oaep-sha256"))
    refused("invalid", "plain", "expected at most 64 KiB", public:encrypt(plain .. "p", "pkcs1"))
    refused("invalid", "plain", "expected at most 64 KiB", private:private_encrypt(plain .. "p"))
  end)

  it("refuses what cannot be", function()
    refused("invalid", "key", "expected an rsa key", ec:encrypt("obol", "pkcs1"))
    refused("invalid", "padding", "expected pkcs1, oaep-sha1 or oaep-sha256 to encrypt",
      public:encrypt("obol", "pss"))
    refused("invalid", "padding", "expected pkcs1, oaep-sha1, oaep-sha256 or pss",
      public:encrypt("obol", ""))
    assert.has_error(function() public:encrypt("obol") end)
    assert.has_error(function() public:encrypt(12, "pkcs1") end)
  end)
end)

describe("key:private_encrypt and key:public_recover", function()
  local function recover_refused(key, sealed)
    refused("signature", "sealed", "was not made with this key", key:public_recover(sealed))
  end

  it("agree with OpenSSL's command line", function()
    assert.equal(made.private_data, private:private_encrypt("obol"))
    assert.equal(made.private_nothing, private:private_encrypt(""))
    assert.equal("obol", public:public_recover(made.private_data))
    assert.equal("", public:public_recover(secret(made.private_nothing)))
    assert.equal("obolobol", private:public_recover(made.private_data:rep(2)))
  end)

  it("cut by segments", function()
    for size, blocks in pairs { [117] = 1, [118] = 2, [1000] = 9 } do
      local plain = ("p"):rep(size)
      local sealed = assert(private:private_encrypt(secret(plain)))
      assert.equal(128 * blocks, #sealed)
      assert.equal(plain, public:public_recover(sealed))
    end
    assert.equal(("p"):rep(300), odd:public_recover(odd:private_encrypt(("p"):rep(300))))
  end)

  for name, block in pairs(keys.bad_private_blocks) do
    it("refuse padding: " .. name, function()
      recover_refused(public, block)
      recover_refused(public, made.private_data .. block)
    end)
  end

  it("refuse another key and another size", function()
    local sealed = made.private_data
    for _, bad in ipairs { "", "x", sealed:sub(2), sealed:sub(1, -2), "\0" .. sealed,
      sealed .. sealed:sub(1, 127), modulus, ("\0"):rep(128), made.sealed_pkcs1,
      ("x"):rep(1000000) } do
      recover_refused(public, bad)
    end
    recover_refused(other, sealed)
    recover_refused(odd, sealed)
  end)

  it("refuse keys that cannot", function()
    refused("invalid", "key", "expected a private key", public:private_encrypt("obol"))
    refused("invalid", "key", "expected an rsa key", ec:private_encrypt("obol"))
    refused("invalid", "key", "expected an rsa key", ec:public_recover("obol"))
    assert.has_error(function() private:private_encrypt() end)
    assert.has_error(function() private:public_recover({}) end)
  end)
end)
