local crypto = require "obol.crypto"
local secret = require "obol.secret"

local function hexed(...)
  local bytes, err = crypto.digest(...)
  assert.is_nil(err)
  return crypto.hex(bytes)
end

describe("crypto.digest", function()
  -- RFC 1321 appendix A.5, FIPS 180-2 appendices A to C, RFC 3874 section 3.1, and NIST's examples
  -- of SHA-1 and the empty message
  local known = {
    { "md5", "", "d41d8cd98f00b204e9800998ecf8427e" },
    { "md5", "abc", "900150983cd24fb0d6963f7d28e17f72" },
    { "md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
    { "sha1", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
    { "sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "sha224", "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
    { "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "sha384", "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      .. "8086072ba1e7cc2358baeca134c825a7" },
    { "sha512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      .. "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
  }
  for _, case in ipairs(known) do
    it(("%s of %d bytes"):format(case[1], #case[2]), function()
      assert.equal(case[3], hexed(case[1], case[2]))
    end)
  end

  it("takes a million bytes (FIPS 180-2, A.3)", function()
    assert.equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
      hexed("sha256", ("a"):rep(1000000)))
  end)

  it("takes bytes of every kind and secrets", function()
    assert.equal(hexed("sha256", "a\0b"), hexed("sha256", secret "a\0b"))
    assert.not_equal(hexed("sha256", "a\0b"), hexed("sha256", "a\0c"))
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      hexed("sha256", secret ""))
  end)

  it("refuses names that it does not offer", function()
    for _, name in ipairs { "", "SHA256", "sha-256", "sha256\0", "md4", ("s"):rep(100000) } do
      local bytes, err = crypto.digest(name, "abc")
      assert.is_nil(bytes)
      assert.equal("invalid", err.kind)
      assert.equal("digest", err.field)
      assert.equal("expected md5, sha1, sha224, sha256, sha384 or sha512", err.message)
    end
  end)

  it("raises for other types, at the caller's line", function()
    for _, bad in ipairs { 1, true, {}, print } do
      local fine, message = pcall(function() return crypto.digest("sha256", bad) == "" end)
      assert.is_false(fine)
      assert.matches("^[^\n]*digest_spec.lua:%d+: bad argument #2", message)
      fine, message = pcall(function() return crypto.digest(bad, "") == "" end)
      assert.is_false(fine)
      assert.matches("^[^\n]*digest_spec.lua:%d+: bad argument #1", message)
    end
    assert.has_error(function() crypto.digest("sha256") end)
    assert.has_error(function() crypto.digest() end)
  end)

  it("raises for a closed secret", function()
    local closed = secret "x"
    closed:close()
    assert.has_error(function() crypto.digest("sha256", closed) end)
  end)
end)

describe("crypto.hmac", function()
  local function hmac(name, key, data)
    return crypto.hex((assert(crypto.hmac(name, key, data))))
  end

  -- RFC 4231 section 4: key, data, HMAC-SHA-224, -256, -384, -512
  local rfc4231 = {
    { ("\11"):rep(20), "Hi There",
      "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
        .. "faea9ea9076ede7f4af152e8b2fa9cb6",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
        .. "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { "Jefe", "what do ya want for nothing?",
      "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
        .. "8e2240ca5e69e2c78b3239ecfab21649",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        .. "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { ("\170"):rep(131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
        .. "0c2ef6ab4030fe8296248df163f44952",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
        .. "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
  }
  for number, case in ipairs(rfc4231) do
    it("RFC 4231, " .. number, function()
      for i, name in ipairs { "sha224", "sha256", "sha384", "sha512" } do
        assert.equal(case[i + 2], hmac(name, case[1], case[2]))
        assert.equal(case[i + 2], hmac(name, secret(case[1]), secret(case[2])))
      end
    end)
  end

  it("RFC 2202: md5 and sha1", function()
    assert.equal("750c783e6ab0b503eaa86e310a5db738",
      hmac("md5", "Jefe", "what do ya want for nothing?"))
    assert.equal("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      hmac("sha1", "Jefe", "what do ya want for nothing?"))
  end)

  it("takes an empty key and no data", function()
    -- stated in RFC 2104's terms: SHA-256 over the two pads alone; published in Python's and
    -- Wikipedia's examples of HMAC_SHA256("", "")
    assert.equal("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      hmac("sha256", "", ""))
    assert.equal("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      hmac("sha256", secret "", secret ""))
    assert.equal("fbdb1d1b18aa6c08324b7d64b71fb76370690e1d", hmac("sha1", "", ""))
  end)

  it("forgets the key of the call before", function()
    local first = hmac("sha256", "one", "data")
    assert.not_equal(first, hmac("sha256", "", "data"))
    assert.equal(first, hmac("sha256", "one", "data"))
  end)

  it("refuses names that it does not offer", function()
    local bytes, err = crypto.hmac("hmac-sha256", "top-key", "data")
    assert.is_nil(bytes)
    assert.equal("invalid", err.kind)
    assert.is_nil(tostring(err):find("top-key", 1, true))
    assert.is_nil(tostring(err):find("hmac-sha256", 1, true))
  end)

  it("raises for other types", function()
    assert.has_error(function() crypto.hmac("sha256", nil, "data") end)
    assert.has_error(function() crypto.hmac("sha256", "key") end)
    assert.has_error(function() crypto.hmac("sha256", "key", 12) end)
  end)
end)
