--- Spoils an answer the way a fault asks. What bytes can say becomes another answer; what only a
-- connection can do is put into `wire`, for the server to do and for the in-process transport to
-- name as the error that a real transport would give.
--
-- A simulator's `spoilt` has its own words: `duplicate` (the member, as JSON, that comes first where a name
-- comes twice), `unlisted` (a code that no page lists), `failure` (the body of a server's error); `codes`
-- (the member that tells how a call went, `code` if not given); and `ways`, functions by kind of fault
-- that take the reply and the fault and give another reply.

local json = require "obol.sandbox.json"

local M = {}

local HTML = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n"

local function plain(status, kind, body, more)
  local headers = { ["content-type"] = kind }
  for name, value in pairs(more or {}) do headers[name] = value end
  return { status = status, headers = headers, body = body }
end

local function with_body(reply, body)
  return { status = reply.status, headers = reply.headers, body = body }
end

-- Text becomes a number, numbers become text, objects become lists: valid JSON of the wrong types.
local function swap(value)
  local kind = type(value)
  if kind == "string" then return 7 end
  if kind == "number" then return string.format("%d", value) end
  if kind == "boolean" then return tostring(value) end
  if value == json.null then return value end
  if value.text then return value.text end
  if value.items then
    local out = {}
    for i, item in ipairs(value.items) do out[i] = swap(item) end
    return json.arr(out)
  end
  if #value.members == 0 then return json.arr{} end
  local out = {}
  for i, member in ipairs(value.members) do out[i] = { member[1], swap(member[2]) } end
  return json.obj(out)
end

local function wrong_types(reply, _, words)
  if not reply.tree then return with_body(reply, '{"code":0,"message":7,"data":[]}') end
  local out = {}
  for i, member in ipairs(reply.tree.members) do
    out[i] = { member[1], member[1] == (words.codes or "code") and member[2] or swap(member[2]) }
  end
  return with_body(reply, json.write(json.obj(out)))
end

local function on_the_wire(reply, fault, _, kind)
  local out = with_body(reply, reply.body)
  out.wire = { kind = kind or fault.kind, ms = fault.options.ms, bytes = fault.options.bytes }
  return out
end

local ways = {
  truncated = function(reply) return with_body(reply, reply.body:sub(1, math.floor(#reply.body / 2))) end,
  empty = function(reply) return with_body(reply, "") end,
  html = function(reply, fault) return plain(fault.options.status or reply.status, "text/html", HTML) end,
  not_json = function(reply) return with_body(reply, "OK, all went well") end,
  wrong_types = wrong_types,
  duplicate_names = function(reply, _, words)
    return with_body(reply, "{" .. words.duplicate .. "," .. reply.body:sub(2))
  end,
  wrong_envelope = function(reply)
    return with_body(reply, '{"status":"ok","result":' .. reply.body .. "}")
  end,
  unlisted_code = function(reply, fault, words)
    return with_body(reply, json.write(json.obj{ { words.codes or "code", fault.options.code or words.unlisted },
      { "message", "a code that no page lists" } }))
  end,
  system_error = function(reply, _, words) return with_body(reply, words.failure) end,
  status_500 = function(reply, _, words)
    local out = with_body(reply, words.failure)
    out.status = 500
    return out
  end,
  status_503 = function() return plain(503, "text/html", HTML) end,
  status_429 = function() return plain(429, "text/plain", "too many requests\n", { ["retry-after"] = "1" }) end,
  status_401 = function() return plain(401, "text/plain", "unauthorized\n") end,
  status_402 = function() return plain(402, "text/plain", "payment required\n") end,
  status_403 = function() return plain(403, "text/plain", "forbidden\n") end,
  redirect = function() return plain(302, "text/html", HTML, { location = "https://elsewhere.invalid/" }) end,
  commit_then_drop = function(reply, fault) return on_the_wire(reply, fault, nil, "drop") end,
  refuse = function(reply, fault) return on_the_wire(reply, fault, nil, "refuse") end,
  clock_skew = function(reply) return reply end,
}

--- What becomes of `reply` (nil where the simulator did not act) under `fault`, in the simulator's `words`.
function M.apply(reply, fault, words)
  reply = reply or plain(200, "application/json", "")
  local way = words.ways and words.ways[fault.kind] or ways[fault.kind] or on_the_wire
  return way(reply, fault, words)
end

return M
