--- Whether the place of nginx where a call is made can wait.

local core = require "obol.core"
local errors = require "obol.error"

local M = {}

local ngx = rawget(_G, "ngx")
local get_phase, can_yield = ngx and ngx.get_phase, core.can_yield

local waits = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
}

--- nil where a call can wait: there its coroutine can be left, which no function of C but pcall and
-- xpcall allows: not `require`, so no module can call while it is loaded, and not `table.sort`. Elsewhere
-- an error of kind `unsupported`, outcome `not_sent`.
function M.refusal()
  local phase, message = get_phase(), nil
  if not waits[phase] then
    message = ("nginx cannot wait in its phase %s: expected rewrite, access, content or a timer"):format(phase)
  elseif not can_yield() then
    message = "nginx cannot wait inside a function of C, such as require or table.sort: expected a call outside of it"
  end
  return message and errors.new { kind = "unsupported", outcome = "not_sent", message = message }
end

return M
