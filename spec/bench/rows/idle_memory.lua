local program = require "bench.support.program"

return {
  name = "resident memory of an idle process with four accounts", unit = "MB", less = true, goal = 20, rounds = 3,
  luas = { "lua5.4", "luajit" },
  run = function()
    return program.lua(require "bench.support.four_accounts" .. [[
      for line in io.lines "/proc/self/status" do
        local size = line:match "^VmRSS:%s*(%d+)"
        if size then print(size / 1024) end
      end]])
  end,
}
