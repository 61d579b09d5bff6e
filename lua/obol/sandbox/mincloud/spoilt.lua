--- What MinCloud's answers become under faults, where its words differ from the others'. A success has no
-- code; a function's answer has one.

local amount = require "obol.sandbox.mincloud.amount"
local json = require "obol.sandbox.json"

local M = { unlisted = 7, failure = '{"status":"error","error_msg":"server error"}' }

local function error_of(status, text)
  return function()
    return { status = status, headers = { ["content-type"] = "application/json" },
      body = json.write(json.obj{ { "status", "error" }, { "error_msg", text } }) }
  end
end

-- A function that gives the reply with the members of every order changed: `changes` has functions of the
-- value, by name.
local function with_orders(changes)
  local function edit(members)
    local out = {}
    for i, member in ipairs(members) do
      local change, value = changes[member[1]], member[2]
      if member[1] == "objects" then
        local list = {}
        for at, object in ipairs(value.items) do list[at] = json.obj(edit(object.members)) end
        value = json.arr(list)
      end
      out[i] = { member[1], change and change(value) or value }
    end
    return out
  end
  return function(reply)
    if not reply.tree then return reply end
    return { status = reply.status, headers = reply.headers, body = json.write(json.obj(edit(reply.tree.members))) }
  end
end

local function is(value) return function() return value end end

local function dearer(value)
  local text = type(value) == "string" and value or value.text
  local yuan = amount.yuan(amount.fen(json.number(text)) + 1)
  return type(value) == "string" and yuan or json.number(yuan)
end

M.ways = {
  -- No member is in every answer, so the first one comes twice.
  duplicate_names = function(reply)
    local body = reply.body:gsub('^{("[%w_]+":)', '{%1null,%1', 1)
    return { status = reply.status, headers = reply.headers, body = body }
  end,
  status_401 = error_of(401, "unauthorized"), status_402 = error_of(402, "the app's account is in arrears"),
  status_403 = error_of(403, "forbidden"),
  unlisted_code = function(reply, fault)
    return { status = reply.status, headers = reply.headers, body = json.write(json.obj{
      { "code", fault.options.code or M.unlisted }, { "data", json.null },
      { "error", json.obj{ { "message", "a code that no page lists" } } } }) }
  end,
  stale = with_orders{ status = is "pending", paid_at = is(json.null) },
  unlisted_state = with_orders{ status = is "unheard_of" },
  mismatched = with_orders{ total_cost = dearer },
}

return M
