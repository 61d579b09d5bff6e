local crypto = require "obol.crypto"
local secret = require "obol.secret"
local keys = require "spec.crypto.keys"

local made = keys.made
local private = assert(crypto.key(keys.der.rsa_pkcs8))
local public = assert(crypto.key(keys.der.rsa_spki))
local other = assert(crypto.key(keys.der.other_pkcs8))
local ec = assert(crypto.key(keys.der.ec_pkcs8))
local ec_public = assert(crypto.key(keys.der.ec_spki))

local function refused(field, message, result, err)
  assert.is_nil(result)
  assert.equal("invalid", err.kind)
  assert.equal(field, err.field)
  assert.equal(message, err.message)
end

describe("key:sign", function()
  it("agrees with OpenSSL's command line", function()
    for _, digest in ipairs { "md5", "sha1", "sha256" } do
      local expected = made["pkcs1_" .. digest]
      assert.equal(expected, private:sign(digest, "obol"))
      assert.equal(expected, private:sign(digest, secret "obol", "pkcs1"))
      assert.equal(expected, private:sign(digest, "obol", nil))
    end
  end)

  it("makes a new pss signature each time, which the public key verifies", function()
    local one, two = private:sign("sha256", "obol", "pss"), private:sign("sha256", "obol", "pss")
    assert.not_equal(one, two)
    assert.is_true(public:verify("sha256", "obol", one, "pss"))
    assert.is_true(public:verify("sha256", "obol", two, "pss", 32))
    assert.is_false(public:verify("sha256", "obol", one, "pss", 20))
    one = private:sign("sha256", "obol", "pss", 0)
    assert.is_true(public:verify("sha256", "obol", one, "pss", 0))
  end)

  it("signs nothing, bytes of every kind and much", function()
    for _, data in ipairs { "", "a\0b", ("x"):rep(1000000) } do
      assert.is_true(public:verify("sha512", data, private:sign("sha512", data)))
    end
  end)

  it("signs with an ec key", function()
    local signature = assert(ec:sign("sha256", "obol"))
    assert.is_true(ec_public:verify("sha256", "obol", signature))
    assert.is_true(ec:verify("sha256", "obol", signature))
    assert.is_false(ec_public:verify("sha256", "obola", signature))
  end)

  it("refuses what cannot be", function()
    local digests = "expected md5, sha1, sha224, sha256, sha384 or sha512"
    local paddings = "expected pkcs1, oaep-sha1, oaep-sha256 or pss"
    local none = "expected no padding for an ec key"
    refused("key", "expected a private key", public:sign("sha256", "obol"))
    refused("key", "expected a private key", ec_public:sign("sha256", "obol"))
    refused("digest", digests, private:sign("sha3", "obol"))
    refused("digest", digests, private:sign("", "obol"))
    refused("padding", paddings, private:sign("sha256", "obol", "PSS"))
    refused("padding", paddings, private:sign("sha256", "obol", "pss\0"))
    refused("padding", "expected pkcs1 or pss to sign", private:sign("sha256", "obol", "oaep-sha1"))
    local salts = "expected none, as only pss has one"
    refused("salt", salts, private:sign("sha256", "obol", "pkcs1", 0))
    refused("salt", salts, private:sign("sha256", "obol", nil, 32))
    refused("padding", none, ec:sign("sha256", "obol", "pkcs1"))
    refused("padding", none, ec:sign("sha256", "obol", "pss"))
  end)

  it("refuses a pss salt for which the key has no room", function()
    -- 1024 bits: 128 - 2 - 32 bytes are left beside a sha256 digest, 128 - 2 - 64 beside sha512
    local message = "expected a salt for which the key has room"
    assert.is_string((private:sign("sha256", "obol", "pss", 94)))
    refused("salt", message, private:sign("sha256", "obol", "pss", 95))
    assert.is_string((private:sign("sha512", "obol", "pss", 62)))
    refused("salt", message, private:sign("sha512", "obol", "pss"))
    refused("salt", message, public:verify("sha512", "obol", ("x"):rep(128), "pss"))
  end)

  it("raises for other types", function()
    for _, bad in ipairs { 1, true, {} } do
      assert.has_error(function() private:sign(bad, "obol") end)
      assert.has_error(function() private:sign("sha256", bad) end)
      assert.has_error(function() private:sign("sha256", "obol", bad) end)
    end
    for _, bad in ipairs { -1, 1.5, 513, 1e300, 0 / 0, "20", true } do
      assert.has_error(function() private:sign("sha256", "obol", "pss", bad) end)
      assert.has_error(function() private:verify("sha256", "obol", "x", "pss", bad) end)
    end
    assert.has_error(function() private:sign("sha256") end)
    assert.has_error(function() private:verify("sha256", "obol") end)
    assert.has_error(function() private:verify("sha256", "obol", 1) end)
  end)
end)

describe("key:verify", function()
  it("takes what OpenSSL's command line made", function()
    assert.is_true(public:verify("sha256", "obol", made.pkcs1_sha256))
    assert.is_true(private:verify("sha1", "obol", made.pkcs1_sha1, "pkcs1"))
    assert.is_true(public:verify("md5", secret "obol", secret(made.pkcs1_md5)))
    assert.is_true(public:verify("sha256", "obol", made.pss_sha256, "pss"))
    assert.is_true(public:verify("sha1", "obol", made.pss_sha1, "pss"))
    assert.is_true(public:verify("sha256", "obol", made.pss_sha256_salt_20, "pss", 20))
    assert.is_true(ec_public:verify("sha256", "obol", made.ec_sha256))
    local certificate = assert(crypto.key(keys.der.certificate))
    assert.is_true(certificate:verify("sha256", "obol", made.pkcs1_sha256))
  end)

  it("says false to another key, digest, text, padding or salt", function()
    local signature = made.pkcs1_sha256
    assert.is_false(other:verify("sha256", "obol", signature))
    assert.is_false(public:verify("sha1", "obol", signature))
    assert.is_false(public:verify("sha256", "obol ", signature))
    assert.is_false(public:verify("sha256", "", signature))
    assert.is_false(public:verify("sha256", "obol", signature, "pss"))
    assert.is_false(public:verify("sha256", "obol", made.pss_sha256))
    assert.is_false(public:verify("sha1", "obol", made.pss_sha256, "pss"))
    assert.is_false(public:verify("sha256", "obol", made.pss_sha256_salt_20, "pss"))
    assert.is_false(ec_public:verify("sha256", "obol", signature))
    assert.is_false(public:verify("sha256", "obol", made.ec_sha256))
  end)

  it("says false to every changed, shortened or lengthened signature", function()
    for name, padding in pairs { pkcs1_sha256 = "pkcs1", pss_sha256 = "pss" } do
      local signature = made[name]
      for at = 1, #signature do
        local changed = signature:sub(1, at - 1) .. string.char((signature:byte(at) + 1) % 256)
          .. signature:sub(at + 1)
        assert.is_false(public:verify("sha256", "obol", changed, padding))
      end
      for _, bad in ipairs { "", "x", signature:sub(2), signature:sub(1, -2), signature .. "\0",
        "\0" .. signature, signature .. signature, ("\0"):rep(128), ("\255"):rep(128),
        keys.modulus } do
        assert.is_false(public:verify("sha256", "obol", bad, padding))
      end
    end
    local signature = made.ec_sha256
    for size = 0, #signature - 1 do
      assert.is_false(ec_public:verify("sha256", "obol", signature:sub(1, size)))
    end
    assert.is_false(ec_public:verify("sha256", "obol", signature .. "\0"))
  end)

  it("refuses what cannot be", function()
    local signature = made.pkcs1_sha256
    refused("digest", "expected md5, sha1, sha224, sha256, sha384 or sha512",
      public:verify("sha257", "obol", signature))
    refused("padding", "expected pkcs1 or pss to sign",
      public:verify("sha256", "obol", signature, "oaep-sha256"))
    refused("padding", "expected no padding for an ec key",
      ec_public:verify("sha256", "obol", made.ec_sha256, "pkcs1"))
  end)
end)
