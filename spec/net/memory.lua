--- What a process still has in its memory.

local M = {}

--- The number that is looked for.
M.NUMBER = "4242424242424242"

--- Lines of a script that look for it in all of the process's own memory: `found` is how often it stands there,
-- `regions` where was looked. The needle is a pattern, so that looking does not put there what is looked for.
M.SEARCH = [[
local found, regions = 0, {}
for line in io.lines "/proc/self/maps" do
  local from, to, rights = line:match "^(%x+)%-(%x+) (%S+)"
  if rights:find "^rw" then regions[#regions + 1] = { tonumber(from, 16), tonumber(to, 16) } end
end
local memory = assert(io.open("/proc/self/mem", "rb"))
memory:setvbuf "no"
for _, region in ipairs(regions) do
  for at = region[1], region[2] - 1, 65536 do
    local bytes = memory:seek("set", at) and memory:read(math.min(65536 + 64, region[2] - at))
    if bytes and bytes:find "4[2]42[4]242[4]242[4]242" then found = found + 1 end
  end
end
]]

return M
