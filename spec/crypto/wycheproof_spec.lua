-- Wycheproof's test vectors. Every file of the folder is either run or listed with the reason why
-- not; so are the cases of a file, by number.

local crypto = require "obol.crypto"

local folder = (os.getenv "OBOL_VECTORS" or "../shared/vectors") .. "/wycheproof"

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function bytes(digits) return (assert(crypto.unhex(digits))) end

--- The files write the markers of PEM with another sign, so that no scanner takes them for keys.
local function key_of(pem) return (assert(crypto.key((pem:gsub("=====", ("-"):rep(5)))))) end

local function digest_of(sha) return (sha:lower():gsub("-", "")) end

-- Each check answers whether the case came out as it should, or nil where it is left out.
local check = {}

--- A truncated tag is compared with the beginning of the whole one.
function check.hmac(case, group, file)
  local tag = bytes(case.tag)
  local made = crypto.hmac(file:match "^hmac_(%w+)_", bytes(case.key), bytes(case.msg))
  return crypto.equal(made:sub(1, #tag), tag) == (case.result == "valid"), group
end

--- Left out: keys of 192 bits (103 cases) and nonces of more than 16 bytes (10). Sealing takes only
-- nonces of 12.
function check.gcm(case)
  local key, nonce, aad = bytes(case.key), bytes(case.iv), bytes(case.aad)
  if #key == 24 or #nonce > 16 then return nil end
  local name = ("aes-%d-gcm"):format(#key * 8)
  local plain, sealed = bytes(case.msg), bytes(case.ct .. case.tag)
  local opened, err = crypto.aead_open(name, key, nonce, aad, sealed)
  if case.result ~= "valid" then
    return opened == nil and err.kind == "signature" and err.message == "is not authentic"
  end
  if #nonce == 12 and crypto.aead_seal(name, key, nonce, aad, plain) ~= sealed then return false end
  return opened == plain
end

local function decrypts(case, group, padding)
  local key = key_of(group.privateKeyPem)
  local plain, err = key:decrypt(bytes(case.ct), padding)
  key:close()
  if case.result == "valid" then return plain == bytes(case.msg) end
  return plain == nil and err.kind == "invalid"
    and tostring(err) == "sealed: could not be decrypted with this key"
end

function check.pkcs1(case, group) return decrypts(case, group, "pkcs1") end

--- Left out: cases with a label.
function check.oaep(case, group)
  if case.label ~= "" then return nil end
  assert(group.mgfSha == group.sha)
  return decrypts(case, group, "oaep-" .. digest_of(group.sha))
end

--- "acceptable" here is a signature whose algorithm lacks its NULL: OpenSSL refuses it.
function check.verify(case, group)
  local valid = key_of(group.publicKeyPem):verify(digest_of(group.sha), bytes(case.msg),
    bytes(case.sig))
  return valid == (case.result == "valid")
end

--- "acceptable" here is a weak digest or a small public exponent: the signature is right.
function check.generate(case, group)
  local key = key_of(group.privateKeyPem)
  local made = key:sign(digest_of(group.sha), bytes(case.msg))
  return made == bytes(case.sig) and key:is_private()
    and key_of(group.keyPem):verify(digest_of(group.sha), bytes(case.msg), made)
end

--- Left out: MGF1 with another digest than the signature's.
function check.pss(case, group)
  if group.mgfSha ~= group.sha then return nil end
  local valid = key_of(group.publicKeyPem):verify(digest_of(group.sha), bytes(case.msg),
    bytes(case.sig), "pss", group.sLen)
  return valid == (case.result == "valid")
end

-- file, check, cases run, cases left out
local run = {
  { "hmac_sha1_test", "hmac", 170, 0 },
  { "hmac_sha256_test", "hmac", 174, 0 },
  { "hmac_sha512_test", "hmac", 174, 0 },
  { "aes_gcm_test", "gcm", 203, 113 },
  { "rsa_pkcs1_2048_test", "pkcs1", 67, 0 },
  { "rsa_pkcs1_3072_test", "pkcs1", 67, 0 },
  { "rsa_pkcs1_4096_test", "pkcs1", 67, 0 },
  { "rsa_oaep_2048_sha1_mgf1sha1_test", "oaep", 29, 7 },
  { "rsa_oaep_2048_sha256_mgf1sha256_test", "oaep", 29, 8 },
  { "rsa_signature_2048_sha256_test", "verify", 259, 0 },
  { "rsa_signature_3072_sha256_test", "verify", 259, 0 },
  { "rsa_signature_4096_sha256_test", "verify", 258, 0 },
  { "rsa_pkcs1_2048_sig_gen_test", "generate", 43, 0 },
  { "rsa_pss_2048_sha1_mgf1_20_test", "pss", 88, 0 },
  { "rsa_pss_2048_sha256_mgf1_0_test", "pss", 103, 0 },
  { "rsa_pss_2048_sha256_mgf1_32_test", "pss", 108, 0 },
  { "rsa_pss_misc_test", "pss", 30, 120 },
}
local left_out = {
  aes_cbc_pkcs5_test = "AES-CBC is not offered: it does not authenticate",
  rsa_oaep_2048_sha256_mgf1sha1_test = "MGF1 with another digest than OAEP's is not offered",
}

describe("Wycheproof", function()
  if not read(folder .. "/LICENSE") then
    pending("skipped, as there is no folder " .. folder .. " (set OBOL_VECTORS)")
    return
  end
  local json = require "cjson"

  for _, row in ipairs(run) do
    local file = row[1]
    it(("%s: %d cases, %d left out"):format(file, row[3], row[4]), function()
      local document = json.decode((assert(read(folder .. "/" .. file .. ".json"), file)))
      local done, skipped, wrong = 0, 0, {}
      for _, group in ipairs(document.testGroups) do
        for _, case in ipairs(group.tests) do
          local right = check[row[2]](case, group, file)
          if right == nil then
            skipped = skipped + 1
          else
            done = done + 1
            if not right then wrong[#wrong + 1] = ("%d"):format(case.tcId) end
          end
        end
      end
      assert.equal("", table.concat(wrong, " "))
      assert.same({ row[3], row[4] }, { done, skipped })
      assert.equal(document.numberOfTests, done + skipped)
    end)
  end

  it("is run whole, but for what is listed with a reason", function()
    local known = {}
    for _, row in ipairs(run) do known[row[1]] = true end
    for file, reason in pairs(left_out) do
      assert.is_nil(known[file], file)
      assert.is_true(#reason > 20)
      assert.is_string(read(folder .. "/" .. file .. ".json"), file .. " is listed but not there")
      known[file] = true
    end
    for entry in require "lfs".dir(folder) do
      local file = entry:match "^(.*)%.json$"
      if file then assert.is_true(known[file], file .. " is neither run nor listed") end
    end
  end)
end)
