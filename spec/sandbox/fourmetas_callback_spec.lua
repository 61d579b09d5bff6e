-- 4metas: the callback, in both modes of RSA, against the sheet's vectors, and in all its clothes.

local cipher = require "obol.sandbox.fourmetas.cipher"
local crypto = require "obol.crypto"
local json = require "obol.json"
local keys = require "obol.sandbox.fourmetas.keys"
local support = dofile "spec/sandbox/fourmetas_support.lua"
local vectors = dofile "spec/sandbox/fourmetas_vectors.lua"

local function sha256(data) return crypto.hex(crypto.digest("sha256", data)) end

local P1, P2 = crypto.unbase64(vectors.P1), crypto.unbase64(vectors.P2)

describe("4metas' vectors", function()
  it("are those of the sheet", function()
    assert.same({ 324, "c6b046132b84ee5a044a1c2cf693fb55a32cea9c45dffbbb8804dfad8e524e53" }, { #P1, sha256(P1) })
    assert.same({ 735, "2ef1badda4be77c9e7bbc6bfa4f73a960eecb8dbe39369944c8d6aebf1c27fc7" }, { #P2, sha256(P2) })
  end)

  it("go with the key that comes with the sandbox", function()
    assert.equal("85e89a4b3bba0135be45f3d656064b46fe71cfa1e6a62c4649318f663532aeb9",
      sha256(crypto.unbase64(keys.ready.private)))
    assert.equal("8b9a4a9ed30419b3e04ae3710e22372e2ba03be75f7a3a2795ba2578db99762a",
      sha256(crypto.unbase64(keys.ready.public)))
    local private = crypto.key(keys.ready.private)
    assert.equal(P1, private:decrypt(crypto.unbase64(vectors.A1), "pkcs1"))
    assert.equal(P2, private:decrypt(crypto.unbase64(vectors.A2), "pkcs1"))
    for name, pair in pairs(keys) do
      local sealed = assert(crypto.key(pair.public):encrypt(name, "pkcs1"))
      assert.equal(name, crypto.key(pair.private):decrypt(sealed, "pkcs1"))
    end
  end)

  it("come out of mode B byte for byte", function()
    local rsa = assert(cipher.new{ mode = "private_encrypt" })
    assert.equal(vectors.B1, cipher.encode(rsa, table.concat(cipher.seal(rsa, P1))))
    assert.equal(vectors.B2, cipher.encode(rsa, table.concat(cipher.seal(rsa, P2))))
    local other = P1:gsub("1738513709476610049", "1738513709476610050"):gsub("167123123123", "167123999999")
    assert.equal(vectors.SP, cipher.encode(rsa, cipher.seal(rsa, other)[1] .. cipher.seal(rsa, P1)[2]))
  end)

  it("come back from mode A, differently sealed each time", function()
    local rsa = assert(cipher.new{})
    local first, second = table.concat(cipher.seal(rsa, P1)), table.concat(cipher.seal(rsa, P1))
    assert.not_equal(first, second)
    assert.same({ 512, 768 }, { #first, #table.concat(cipher.seal(rsa, P2)) })
    assert.equal(P1, crypto.key(keys.ready.private):decrypt(first, "pkcs1"))
  end)
end)

describe("the sandbox's 4metas callback", function()
  local function paid(options, members)
    local app = support.open(options)
    local id = assert(app.create(members))
    app.box:pay(id)
    return app, id
  end

  for _, rsa in ipairs{
    {}, { mode = "private_encrypt" }, { keys = "small" }, { mode = "private_encrypt", keys = "small" },
    { segment = 117 }, { mode = "private_encrypt", segment = 117 }, { padding = "oaep_sha1" },
    { padding = "oaep_sha1", keys = "small" }, { encoding = "hex" }, { mode = "private_encrypt", encoding = "hex" },
    { param_name = "data" }, { keys = { private = keys.other.private, public = keys.other.public } },
  } do
    it("opens with what the account says: " .. json.encode(rsa):sub(1, 60), function()
      local app, id = paid{ rsa = rsa }
      assert.same({ support.clear(id) }, app.received())
    end)
  end

  it("works with keys of the caller's own, of any size", function()
    local made = require("spec.crypto.keys").der
    for _, name in ipairs{ "odd", "big" } do
      for _, mode in ipairs{ "public_encrypt", "private_encrypt" } do
        local own = { private = made[name .. "_pkcs8"], public = made[name .. "_spki"] }
        local app, id = paid{ rsa = { mode = mode, keys = own } }
        assert.same({ support.clear(id) }, app.received())
        for _, kind in ipairs{ "forged", "wrong_key" } do
          app.box:fault("notification", kind)
          app.box:pay((app.create()))
          assert.same({ false }, app.received())
        end
      end
    end
    for _, wrong in ipairs{ { made.ec_pkcs8, made.ec_spki }, { made.big_spki, made.big_spki },
      { made.big_pkcs8, made.rsa_spki }, { "x", "y" } } do
      local keys_given = { private = wrong[1], public = wrong[2] }
      assert.has_error(function() support.open{ rsa = { keys = keys_given } } end)
    end
  end)

  it("is cut into segments of what a block holds, or as asked", function()
    for _, case in ipairs{ { {}, 512 }, { { segment = 117 }, 768 }, { { keys = "small" }, 384 },
      { { padding = "oaep_sha1" }, 512 }, { { segment = 1 }, 344 * 256 }, { {}, 512, 490 }, { {}, 768, 491 } } do
      local size = case[3] or 344
      local extra = '"' .. ("x"):rep(size - 120) .. '"'
      local app, id = paid({ rsa = case[1] }, { extra = extra })
      local clear = support.clear(id, { extra = extra })
      assert.equal(size, #clear)
      local param = json.decode(app.box:deliver()[1].body).param
      assert.equal(case[2], #crypto.unbase64(param))
      assert.equal(clear, app.open(param))
    end
  end)

  it("is a POST of JSON to the order's own address", function()
    local app = paid(nil, { notify_url = '"http://127.0.0.1:9/a?b=c"' })
    local request = app.box:deliver()[1]
    assert.same({ "POST", "http://127.0.0.1:9/a?b=c", support.JSON, "fourmetas", "payment.succeeded" },
      { request.method, request.url, request.headers["content-type"], request.provider, request.type })
    assert.truthy(request.body:find('^{"param":"[%w+/=]+"}$'))
  end)

  it("is not sent where the order has no address, whatever the sandbox's is", function()
    for _, members in ipairs{ { notify_url = false }, { notify_url = '""' }, { notify_url = "null" } } do
      local app = support.open()
      app.box:set_webhook_url("http://127.0.0.1:9/elsewhere")
      app.box:pay((app.create(members)))
      assert.same({}, app.box:deliver())
    end
  end)

  it("travels as a form or a query too", function()
    local app, id = paid{ transport = "form" }
    local request = app.box:deliver()[1]
    assert.equal("application/x-www-form-urlencoded", request.headers["content-type"])
    local word = request.body:match("^param=([%w%%._~-]+)$")
    local function byte(hex) return string.char(tonumber(hex, 16)) end
    local function plain(text) return (text:gsub("%%(%x%x)", byte)) end
    assert.equal(support.clear(id), app.open(plain(word)))
    app, id = paid({ transport = "query" }, { notify_url = '"http://127.0.0.1:9/n?x=1#f"' })
    request = app.box:deliver()[1]
    assert.equal("", request.body)
    word = request.url:match("^http://127.0.0.1:9/n%?x=1&param=([%w%%._~-]+)$")
    assert.equal(support.clear(id), app.open(plain(word)))
  end)

  it("comes wrapped, in the other alphabet, without padding, with blanks", function()
    local function param(wrapping, transport)
      local app, id = paid({ wrapping = wrapping, transport = transport, rsa = { mode = "private_encrypt" } },
        { extra = '"' .. ("+"):rep(200) .. '"' })
      local request = app.box:deliver()[1]
      return transport and request.body:match("^param=(.*)$") or json.decode(request.body).param, app, id
    end
    local plain, app, id = param()
    local clear = support.clear(id, { extra = '"' .. ("+"):rep(200) .. '"' })
    assert.equal(clear, app.open(plain))
    assert.truthy(plain:find("[+]") and plain:find("/", 1, true) and plain:find("=$"))
    local wrapped = param "crlf"
    assert.truthy(wrapped:find("^" .. ("[^\r\n]"):rep(76) .. "\r\n"))
    assert.equal(plain, (wrapped:gsub("\r\n", "")))
    local other = param "url_safe"
    assert.equal(plain, (other:gsub("-", "+"):gsub("_", "/")))
    assert.is_nil(other:find("[+/]"))
    assert.equal(plain:gsub("=+$", ""), (param "unpadded"))
    local blanks = param "blanks"
    assert.equal(plain, (blanks:gsub(" ", "+")))
    assert.is_nil(blanks:find("+", 1, true))
    local form = param("blanks", "form")
    assert.is_nil(form:find("%%2B"))
    assert.truthy(form:find("+", 1, true))
  end)

  it("escapes characters where asked, and means the same", function()
    local extra = '"k|1|\228\184\173 \197\129 \240\159\142\174 a/b \\"q\\" \\\\u"'
    local app, id = paid({ escaped = true }, { extra = extra })
    local clear = app.received()[1]
    assert.truthy(clear:find([["extra":"k|1|\u4e2d \u0141 \ud83c\udfae a\/b \"q\" \\u"]], 1, true), clear)
    assert.equal(json.decode(support.clear(id, { extra = extra })).extra, json.decode(clear).extra)
  end)

  it("has null for an extra that was not given, and what was given as it was", function()
    local app, id = paid(nil, { extra = false })
    assert.same({ support.clear(id, { extra = "null" }) }, app.received())
    app, id = paid(nil, { extra = '""' })
    assert.same({ support.clear(id, { extra = '""' }) }, app.received())
    app, id = paid({ amounts = "decimal" }, { rechargeAmount = "373" })
    assert.same({ support.clear(id, { amount = "373.0" }) }, app.received())
  end)

  it("leads the payer back with the same parameter, before a fragment", function()
    local app, id = paid(nil, { page_url = '"game://paid?x=1#top"' })
    local again = select(2, app.box:pay(id))
    assert.equal("conflict", again.kind)
    app = support.open()
    id = app.create{ page_url = '"game://paid?x=1#top"' }
    local word = app.box:pay(id).redirect:match("^game://paid%?x=1&param=([%w%%._~-]+)#top$")
    local sent = json.decode(app.box:deliver()[1].body).param
    assert.equal(sent, (word:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)))
    assert.is_nil(app.box:pay((app.create())).redirect)
  end)

  local function tries(options, answer)
    local app = paid(options)
    local times, bodies, second = {}, {}, 0
    local function receive(request)
      times[#times + 1] = second
      bodies[request.body] = true
      if type(answer) == "table" then return answer.status, answer.body end
      return answer
    end
    app.box:deliver(receive)
    for _, step in ipairs{ 4, 1, 29, 1, 299, 1, 1799, 1, 86400 } do
      second = second + step
      app.box:advance(step * 1000)
      app.box:deliver(receive)
    end
    assert.is_nil(next(bodies, (next(bodies))))
    return times, app.box:deliveries()[1].status
  end

  it("is tried again after 5 s, 30 s, 5 min and 30 min, the same bytes, then given up", function()
    for _, status in ipairs{ 500, 201, 302, 400 } do
      assert.same({ { 0, 5, 35, 335, 2135 }, "failed" }, { tries(nil, status) })
    end
  end)

  it("takes any 200 for an acknowledgement; strict, the body too", function()
    assert.same({ { 0 }, "delivered" }, { tries(nil, { status = 200, body = "whatever" }) })
    assert.same({ { 0 }, "delivered" }, { tries(nil, 200) })
    local exact = '{"status":1,"msg":"success"}'
    assert.same({ { 0 }, "delivered" }, { tries({ strict = true }, { status = 200, body = exact }) })
    for _, answer in ipairs{ { status = 200, body = "success" }, { status = 200 }, { status = 500, body = exact },
      { status = 200, body = '{"status":0,"msg":"success"}' } } do
      assert.same({ { 0, 5, 35, 335, 2135 }, "failed" }, { tries({ strict = true }, answer) })
    end
    assert.same({ { 0 }, "delivered" },
      { tries({ strict = true, acknowledge = "success" }, { status = 200, body = "success" }) })
  end)

  it("changes its clothes from now on when options are set", function()
    local app = support.open()
    app.box:set("fourmetas", { rsa = { mode = "private_encrypt", encoding = "hex" } })
    app.account = app.box:accounts().fourmetas
    assert.same({ "private_encrypt", "hex", keys.ready.public }, { app.account.rsa.mode, app.account.rsa.encoding,
      app.account.rsa.key })
    local id = app.create()
    app.box:pay(id)
    assert.same({ support.clear(id) }, app.received())
    app.box:set("fourmetas", { expire_after_ms = 10 })
    app.create()
    app.box:advance(11)
    assert.equal("closed", app.box:books().fourmetas.orders[2].status)
    app.box:set("fourmetas", { expire_after_ms = 1800000 })
  end)
end)
