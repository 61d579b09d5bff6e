-- Makes the collector run all the time while a test runs, so that an object that a C function uses
-- and nobody holds is lost at once, under a sanitizer that sees it. Given to busted as --helper.

local busted = require "busted"

-- Lua 5.4 sweeps whatever is new whenever memory has grown by one percent; LuaJIT goes through
-- everything again and again, in longer steps.
local function hurry()
  if jit then
    collectgarbage("setpause", 100)
    collectgarbage("setstepmul", 4000)
  else
    collectgarbage("generational", 1, 100)
  end
end

local function rest()
  if jit then
    collectgarbage("setpause", 200)
    collectgarbage("setstepmul", 200)
  else
    collectgarbage("incremental", 200, 100, 13)
  end
end

busted.subscribe({ "test", "start" }, function()
  hurry()
  return nil, true
end)

busted.subscribe({ "test", "end" }, function()
  rest()
  return nil, true
end)
