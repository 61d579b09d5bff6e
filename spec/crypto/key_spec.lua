local crypto = require "obol.crypto"
local secret = require "obol.secret"
local keys = require "spec.crypto.keys"

local function der(name) return (assert(crypto.unbase64(keys.der[name]))) end

local function refused(field, message, ...)
  local key, err = crypto.key(...)
  assert.is_nil(key)
  assert.equal("invalid", err.kind)
  assert.equal(field, err.field)
  assert.equal(message, err.message)
  return err
end

describe("crypto.key", function()
  -- name, label of its PEM, type, bits, private
  local forms = {
    { "rsa_pkcs8", "PRIVATE KEY", "rsa", 1024, true },
    { "rsa_pkcs1", "RSA PRIVATE KEY", "rsa", 1024, true },
    { "rsa_spki", "PUBLIC KEY", "rsa", 1024, false },
    { "rsa_pkcs1_public", "RSA PUBLIC KEY", "rsa", 1024, false },
    { "certificate", "CERTIFICATE", "rsa", 1024, false },
    { "odd_pkcs8", "PRIVATE KEY", "rsa", 1031, true },
    { "big_pkcs8", "PRIVATE KEY", "rsa", 2048, true },
    { "ec_pkcs8", "PRIVATE KEY", "ec", 256, true },
    { "ec_sec1", "EC PRIVATE KEY", "ec", 256, true },
    { "ec_spki", "PUBLIC KEY", "ec", 256, false },
  }
  for _, form in ipairs(forms) do
    local name, label = form[1], form[2]
    it("reads " .. name .. " as pem, der and base64", function()
      local pem = keys.pem(label, name)
      local texts = {
        pem, pem:gsub("\n", "\r\n"), "\n words before\n" .. pem .. "words behind", secret(pem),
        der(name), secret(der(name)), keys.der[name],
        keys.der[name]:gsub(("."):rep(64), "%0\n") .. "\n", " " .. keys.der[name] .. "\t\r\n",
      }
      for i = 1, 9 do
        local key = assert(crypto.key(texts[i]), i)
        assert.equal(form[3], key:type())
        assert.equal(form[4], key:bits())
        assert.equal(form[5], key:is_private())
      end
    end)
  end

  it("reads PKCS #8 under the label of PKCS #1, as some consoles write it", function()
    assert.is_true(assert(crypto.key(keys.pem("RSA PRIVATE KEY", "rsa_pkcs8"))):is_private())
  end)

  it("takes the first key of many, past blocks that are none", function()
    local both = keys.pem("EC PARAMETERS", "ec_parameters") .. keys.pem("EC PRIVATE KEY", "ec_sec1")
      .. keys.pem("CERTIFICATE", "certificate")
    assert.equal("ec", assert(crypto.key(both)):type())
    refused("key", "expected pem with a key or a certificate",
      keys.pem("EC PARAMETERS", "ec_parameters"))
  end)

  it("opens encrypted keys", function()
    local pkcs8 = keys.pem("ENCRYPTED PRIVATE KEY", "encrypted_pkcs8")
    local pkcs1 = keys.encrypted_pkcs1_pem
    for _, text in ipairs { pkcs8, pkcs1, keys.der.encrypted_pkcs8, der "encrypted_pkcs8" } do
      for _, passphrase in ipairs { keys.passphrase, secret(keys.passphrase) } do
        local key = assert(crypto.key(text, passphrase))
        assert.is_true(key:is_private())
        assert.equal(keys.made.pkcs1_sha256, key:sign("sha256", "obol"))
      end
      refused("passphrase", "expected one, as the key is encrypted", text)
      for _, wrong in ipairs { "", "open", keys.passphrase .. " ", ("p"):rep(1024) } do
        local err = refused("passphrase", "does not open the key", text, wrong)
        assert.is_nil(tostring(err):find("open sesame", 1, true))
      end
      refused("passphrase", "expected at most 1024 bytes", text, ("p"):rep(1025))
    end
  end)

  it("leaves a passphrase alone that nobody needs", function()
    assert.is_true(assert(crypto.key(keys.der.rsa_pkcs8, "not needed")):is_private())
  end)

  it("refuses weak and foreign keys and says why", function()
    local short = "expected an rsa key of 1024 bits or more, as shorter ones have been factored"
    refused("key", short, keys.der.short_pkcs8)
    refused("key", short, keys.der.short_spki)
    refused("key", "expected an ec key of 224 bits or more", keys.der.ec_192_pkcs8)
    refused("key", "expected an rsa or ec key", keys.der.ed25519_pkcs8)
  end)

  it("refuses what is no key, and shows nothing of it", function()
    local none = "expected a private key, a public key or a certificate"
    local text = "expected pem, der or the base64 of der"
    local dashes = ("-"):rep(5)
    refused("key", "expected 1 byte to 256 KiB", "")
    refused("key", "expected 1 byte to 256 KiB", ("A"):rep(256 * 1024 + 1))
    refused("key", text, "sk_live_abcdef")
    refused("key", text, "   \n")
    refused("key", text, "\0")
    refused("key", text, keys.der.rsa_pkcs8 .. "\0")
    refused("key", text, "\239\187\191" .. keys.der.rsa_pkcs8)
    refused("key", none, "AAAA")
    refused("key", none, "0")
    refused("key", none, "0\128\0\0")
    refused("key", none, "0\132\255\255\255\255")
    refused("key", text, der "ec_parameters")
    local pem = "expected pem with a key or a certificate"
    refused("key", pem, dashes .. "BEGIN PRIVATE KEY" .. dashes)
    refused("key", pem, (keys.pem("PRIVATE KEY", "rsa_pkcs8"):gsub("END PRIV", "END PUBL")))
    refused("key", none, keys.pem("PRIVATE KEY", "ec_parameters"))
  end)

  it("refuses every truncation and every trailing byte", function()
    for _, name in ipairs { "rsa_pkcs8", "rsa_pkcs1", "rsa_spki", "rsa_pkcs1_public", "certificate",
      "ec_pkcs8", "ec_spki", "encrypted_pkcs8" } do
      local whole = der(name)
      for size = 1, #whole - 1, 7 do
        assert.is_nil((crypto.key(whole:sub(1, size), keys.passphrase)), name .. " " .. size)
      end
      assert.is_nil((crypto.key(whole .. "\0", keys.passphrase)), name)
    end
  end)

  it("survives a changed byte anywhere", function()
    for _, name in ipairs { "rsa_pkcs8", "rsa_spki", "certificate", "ec_pkcs8" } do
      local whole = der(name)
      for at = 1, #whole, 5 do
        local changed = whole:sub(1, at - 1) .. string.char(255 - whole:byte(at))
          .. whole:sub(at + 1)
        local key, err = crypto.key(changed)
        assert.is_true(key ~= nil or err.kind == "invalid")
      end
    end
  end)

  it("raises for other types", function()
    for _, bad in ipairs { 1, true, {}, print } do
      assert.has_error(function() crypto.key(bad) end)
      assert.has_error(function() crypto.key(keys.der.rsa_spki, bad) end)
    end
    assert.has_error(function() crypto.key() end)
  end)

  it("shows nothing secret", function()
    local key = assert(crypto.key(keys.der.rsa_pkcs8))
    assert.equal("obol.key (rsa, 1024 bits, private)", tostring(key))
    assert.equal("obol.key (rsa, 1024 bits, public)", tostring(crypto.key(keys.der.rsa_spki)))
    assert.is_false(getmetatable(key))
    assert.is_nil(key.handle)
  end)

  it("closes once and for all", function()
    local key = assert(crypto.key(keys.der.rsa_pkcs8))
    key:close()
    key:close()
    assert.equal("obol.key (closed)", tostring(key))
    local calls = {
      function() key:sign("sha256", "obol") end,
      function() key:verify("sha256", "obol", "x") end,
      function() key:encrypt("obol", "pkcs1") end,
      function() key:decrypt("obol", "pkcs1") end,
      function() key:private_encrypt("obol") end,
      function() key:public_recover("obol") end,
      function() key:bits() end,
      function() key:type() end,
      function() key:is_private() end,
    }
    for _, call in ipairs(calls) do
      local fine, message = pcall(call)
      assert.is_false(fine)
      assert.matches("key_spec.lua:%d+: .*key is closed", message)
    end
  end)

  it("is closed by the collector, also a key that was never opened", function()
    for _ = 1, 200 do
      assert(crypto.key(keys.der.rsa_spki))
      crypto.key("none")
    end
    collectgarbage()
    collectgarbage()
  end)

  it("raises for a self that is no key", function()
    local key = assert(crypto.key(keys.der.rsa_spki))
    for _, bad in ipairs { 1, "key", {}, secret "x", io.stdout } do
      assert.has_error(function() key.bits(bad) end)
      assert.has_error(function() key.close(bad) end)
      assert.has_error(function() key.sign(bad, "sha256", "obol") end)
    end
  end)

  it("serves several coroutines", function()
    local key = assert(crypto.key(keys.der.rsa_pkcs8))
    local threads = {}
    for i = 1, 20 do
      threads[i] = coroutine.wrap(function()
        for round = 1, 5 do
          local text = ("%d-%d"):format(i, round)
          local sealed = assert(key:encrypt(text, "oaep-sha256"))
          coroutine.yield()
          assert.equal(text, key:decrypt(sealed, "oaep-sha256"))
        end
        return "done"
      end)
    end
    for _ = 1, 5 do
      for i = 1, 20 do threads[i]() end
    end
    for i = 1, 20 do assert.equal("done", threads[i]()) end
  end)
end)
