-- Makes the collector run nearly always while a test runs, so that a C function that holds an
-- object nobody else holds loses it at once. Given to busted as --helper.

local busted = require "busted"

local pause, multiplier

busted.subscribe({ "test", "start" }, function()
  pause = collectgarbage("setpause", 100)
  multiplier = collectgarbage("setstepmul", 1000)
  collectgarbage()
  return nil, true
end)

busted.subscribe({ "test", "end" }, function()
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", multiplier)
  return nil, true
end)
