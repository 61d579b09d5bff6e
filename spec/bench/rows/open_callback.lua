local program = require "bench.support.program"
local timing = require "bench.support.timing"

-- The callback of the protocol's vector A1: 324 bytes, sealed in two blocks of 2048 bits.
local BLOCKS = 2

local folder, account, incoming, moment

return {
  name = "opening a 4metas callback, by its blocks", unit = "blocks/s", luas = { "lua5.4", "luajit" },
  reference = "OpenSSL's EVP_PKEY_decrypt in C", floor = 0.9, goal = 0.97, rounds = 15,

  start = function()
    local crypto, obol = require "obol.crypto", require "obol"
    local keys = require "obol.sandbox.fourmetas.keys"
    local param = dofile("spec/sandbox/fourmetas_vectors.lua").A1
    folder = program.output("mktemp -d"):match "%S+"
    local function write(name, bytes)
      local file = assert(io.open(folder .. "/" .. name, "wb"))
      assert(file:write(bytes))
      assert(file:close())
    end
    write("der", assert(crypto.unbase64(keys.ready.private)))
    write("sealed", assert(crypto.unbase64(param)):sub(1, 256))
    account = assert(obol.account{ provider = "fourmetas", api_base = "https://api.example",
      pay_base = "https://pay.example", game_id = 22, rsa = { key = obol.secret(keys.ready.private) } })
    incoming = { method = "POST", url = "https://shop.example/notify", headers = {},
      body = '{"param":"' .. param .. '"}' }
    moment = { time_ms = 1700000000000 }
    assert(assert(account:open(incoming, moment)).provider_id == "1738513709476610049")
  end,

  run = function()
    return BLOCKS * timing.rate(function(count)
      for _ = 1, count do account:open(incoming, moment) end
    end)
  end,

  reference_run = function() return program.c("rsa_decrypt", folder .. "/der", folder .. "/sealed", timing.SLICE_S) end,

  stop = function()
    if folder then program.output("rm -rf " .. program.quote(folder)) end
  end,
}
