--- Whether the place of nginx where a call is made can wait.

local errors = require "obol.error"

local M = {}

local ngx = rawget(_G, "ngx")
local getinfo, pcall, xpcall = debug.getinfo, pcall, xpcall

local waits = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
}

-- Waiting leaves the coroutine, and no C function but these can be left half-way: not `require`, so no
-- module can call while it is loaded, and not `table.sort`.
local function is_inside_c()
  local level = 2
  while true do
    local frame = getinfo(level, "Sf")
    if not frame then return false end
    if frame.what == "C" and frame.func ~= pcall and frame.func ~= xpcall then return true end
    level = level + 1
  end
end

--- nil where a call can wait; elsewhere an error of kind `unsupported`, outcome `not_sent`.
function M.refusal()
  local phase, message = ngx.get_phase(), nil
  if not waits[phase] then
    message = ("nginx cannot wait in its phase %s: expected rewrite, access, content or a timer"):format(phase)
  elseif is_inside_c() then
    message = "nginx cannot wait inside a function of C, such as require or table.sort: expected a call outside of it"
  end
  return message and errors.new { kind = "unsupported", outcome = "not_sent", message = message }
end

return M
