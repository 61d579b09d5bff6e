local program = require "bench.support.program"

return {
  name = "RSA-2048 private operation, as openssl speed says", unit = "signatures/s", rounds = 3,
  run = function()
    local text = program.output "openssl speed -mr -seconds 1 rsa2048 2>/dev/null"
    return tonumber((text:match "%+F2:%d+:2048:([%d.]+)"))
  end,
}
