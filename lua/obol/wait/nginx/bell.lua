--- Semaphores of which one waits for one event, used again and again: making one costs more than a wait.

local M = {}

local ngx = rawget(_G, "ngx")
local semaphore = ngx and require "ngx.semaphore"

local SPARE_MAX = 4096
local spare, count = {}, 0

--- A semaphore without a resource.
function M.take()
  if count == 0 then return semaphore.new() end
  local bell = spare[count]
  spare[count], count = nil, count - 1
  return bell
end

--- Gives back one for which nobody waits and which nobody will post any more.
function M.give(bell)
  if count == SPARE_MAX or bell:count() ~= 0 then return end
  count = count + 1
  spare[count] = bell
end

return M
