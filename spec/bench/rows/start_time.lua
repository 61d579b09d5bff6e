local program = require "bench.support.program"

return {
  name = 'require "obol" and opening four accounts', unit = "ms", less = true, goal = 10, rounds = 21,
  luas = { "lua5.4", "luajit" },
  run = function()
    return program.lua(([[local socket = require "socket"; local from = socket.gettime()
      do %s end print((socket.gettime() - from) * 1000)]]):format(require "bench.support.four_accounts"))
  end,
}
