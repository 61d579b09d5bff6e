--- Cloud functions: what a merchant would write in Node and call by name. Two are ready.

local fields = require "obol.sandbox.mincloud.fields"
local json = require "obol.sandbox.json"
local refunds = require "obol.sandbox.mincloud.refunds"
local shares = require "obol.sandbox.mincloud.shares"

local M = {}

local ready = { refund = refunds.run, profit_share = shares.run }

--- The operations of the library that a call of a function stands for.
M.operations = { refund = "refund.create", profit_share = "profit_share.create" }

-- A function of the options takes the data as a plain table and returns a plain value; nil and a text
-- where it fails.
local function own(fn)
  return function(_, data)
    local value, problem = fn(data)
    if value == nil then return nil, problem or "failed" end
    return json.plain(value)
  end
end

--- `POST /hserve/v1/cloud-function/job/`. A function that says no answers 200 with a `code` that is not
-- 0; one that raises is answered 400.
function M.call(app, call)
  local read, refusal = fields.read(call.body, { { "function_name", "string", true }, { "data", "object" },
    { "sync", "boolean" } })
  if not read then return nil, refusal end
  local given = app.options.functions and app.options.functions[read.function_name]
  local run = given and own(given) or ready[read.function_name]
  if not run then return fields.refused(404, "no such function") end
  local ok, value, problem = pcall(run, app, read.data or {})
  if not ok then return fields.refused(400, "the function failed") end
  if read.sync == false then return 200, json.obj{ { "status", "ok" } } end
  if value == nil then
    return 200, json.obj{ { "code", 1 }, { "data", json.null }, { "error", json.obj{ { "message", problem } } } }
  end
  return 200, json.obj{ { "code", 0 }, { "data", value }, { "error", json.obj{} } }
end

return M
