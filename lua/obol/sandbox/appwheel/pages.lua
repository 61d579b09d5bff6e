local M = {}
function M.find() return nil end
return M
