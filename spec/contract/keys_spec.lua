-- 4metas with keys of 1024 to 4096 bits, in every form that a key comes in: from the order to its sealed
-- callback, in both modes; and keys that do not fit.

local obol = require "obol"
local worlds = require "spec.contract.world"

local function run(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

-- A new pair: PKCS#8 and SPKI as bare base64, and both halves as PEM of both kinds.
local function pair(bits)
  local script = [[
    unset LD_PRELOAD # a sanitizer for Lua has nothing to say of openssl
    dir=$(mktemp -d) && cd "$dir" || exit 1
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:%d -out key 2>/dev/null
    openssl pkcs8 -topk8 -nocrypt -in key -outform DER 2>/dev/null | base64 -w0; echo " |"
    openssl rsa -in key -pubout -outform DER 2>/dev/null | base64 -w0; echo " |"
    openssl pkcs8 -topk8 -nocrypt -in key; echo "|"; openssl rsa -traditional -in key 2>/dev/null; echo "|"
    openssl rsa -in key -pubout 2>/dev/null; echo "|"; openssl rsa -in key -RSAPublicKey_out 2>/dev/null; echo "|"
    cd / && rm -rf "$dir"]]
  local parts = {}
  for part in run(script:format(bits)):gmatch "%s*([^|]-)%s*|" do parts[#parts + 1] = part end
  assert(#parts == 6, "expected openssl to make a pair")
  return { private = parts[1], public = parts[2], private_forms = { parts[1], parts[3], parts[4] },
    public_forms = { parts[2], parts[5], parts[6] } }
end

local function order(mode, keys)
  local adapter = worlds.adapter "fourmetas"
  local world = worlds.open(adapter, { simulator = { rsa = { mode = mode,
    keys = { private = keys.private, public = keys.public } } } })
  local payment = assert(world:create(adapter.ways[1], "A-1"))
  assert(world:pays(payment))
  return world
end

for _, bits in ipairs{ 1024, 1536, 2048, 4096 } do
  describe("4metas with keys of " .. bits .. " bits", function()
    local keys
    setup(function() keys = pair(bits) end)

    for _, mode in ipairs{ "public_encrypt", "private_encrypt" } do
      it("takes a callback by " .. mode, function()
        local world = order(mode, keys)
        local replies = world:deliver()
        assert.equal(200, replies[1].status)
        assert.equal("succeeded", world.pay.payments:get("A-1").status)
      end)

      it("refuses blocks that were cut off or altered by " .. mode, function()
        for _, kind in ipairs{ "truncated_blocks", "altered", "wrong_key", "forged" } do
          local world = order(mode, keys)
          world.box.webhooks.pending[1].mode = kind
          assert.equal(400, world:deliver()[1].status)
          assert.equal("requires_action", world.pay.payments:get("A-1").status)
        end
      end)
    end

    it("takes every form of a key, in its own mode alone", function()
      local function account(mode, key)
        return obol.account{ provider = "fourmetas", api_base = "https://a.example", pay_base = "https://p.example",
          game_id = 22, rsa = { mode = mode, key = obol.secret(key) } }
      end
      for place = 1, 3 do
        assert(account("public_encrypt", keys.private_forms[place]))
        assert(account("private_encrypt", keys.public_forms[place]))
        local made, err = account("public_encrypt", keys.public_forms[place])
        assert.is_nil(made)
        assert.equal("rsa.key", err.fields[1].field)
        made, err = account("private_encrypt", keys.private_forms[place])
        assert.is_nil(made)
        assert.is_nil(tostring(err):find(keys.private:sub(50, 80), 1, true))
      end
    end)
  end)
end

describe("4metas", function()
  it("refuses what is no key of a fitting size", function()
    for _, text in ipairs{ "x", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
      run "openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:512 2>/dev/null" .. " ",
      run "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null" } do
      local made, err = obol.account{ provider = "fourmetas", api_base = "https://a.example",
        pay_base = "https://p.example", game_id = 22, rsa = { key = obol.secret(text) } }
      assert.is_nil(made)
      assert.equal("rsa.key", err.fields[1].field)
    end
  end)
end)
