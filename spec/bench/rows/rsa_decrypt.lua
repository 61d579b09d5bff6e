local program = require "bench.support.program"
local timing = require "bench.support.timing"

local folder, key, sealed

return {
  name = "RSA-2048 private decryption through obol.crypto", unit = "decryptions/s",
  reference = "OpenSSL's EVP_PKEY_decrypt in C", floor = 0.95, goal = 0.98, rounds = 15,

  start = function()
    folder = program.output([[set -e
      folder=$(mktemp -d); cd $folder
      openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key 2>/dev/null
      openssl pkey -in key -outform DER -out der
      printf 'the session key of a message....' | openssl pkeyutl -encrypt -inkey key -out sealed
      echo $folder]]):match "%S+"
    local function read(name)
      local file = assert(io.open(folder .. "/" .. name, "rb"))
      local bytes = file:read "*a"
      file:close()
      return bytes
    end
    key, sealed = assert(require("obol.crypto").key(read "key")), read "sealed"
    assert(key:decrypt(sealed, "pkcs1") == "the session key of a message....")
  end,

  run = function()
    return timing.rate(function(count)
      for _ = 1, count do key:decrypt(sealed, "pkcs1") end
    end)
  end,

  reference_run = function() return program.c("rsa_decrypt", folder .. "/der", folder .. "/sealed", timing.SLICE_S) end,

  stop = function()
    if folder then program.output("rm -rf " .. program.quote(folder)) end
  end,
}
