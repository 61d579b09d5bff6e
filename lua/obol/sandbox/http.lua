--- One request, whoever brings it: which simulator it is for, faults, limits; and the transport that
-- brings requests in process.

local control = require "obol.sandbox.control"
local faults = require "obol.sandbox.faults"
local spoil = require "obol.sandbox.spoil"
local text = require "obol.sandbox.text"
local json = require "obol.sandbox.json"
local error_of = require "obol.error"
local page_index = require "obol.sandbox.page_index"

local M = {}
local unpack = table.unpack or rawget(_G, "unpack")

--- The longest body that a simulator takes.
M.BODY_LIMIT = 1048576

--- Writes out what a simulator answered.
function M.finish(reply)
  if reply.tree and not reply.body then reply.body = json.write(reply.tree) end
  reply.headers = reply.headers or { ["content-type"] = "application/json" }
  return reply
end

--- Gives a request to a simulator. `request` has `method`, `target` (path and query as sent, without
-- the provider's prefix), `headers` (lower-case names), `body`. Answers a reply with `status`,
-- `headers`, `body` and, where a fault needs the connection, `wire`.
function M.to_provider(sandbox, provider, request)
  if #request.body > M.BODY_LIMIT then return M.finish(provider:too_large()) end
  local route = provider:route(request)
  if route.page then return M.finish(route.page(request)) end
  local fault = route.operation and sandbox.faults:take(provider.name, "call", unpack(route.names))
  local skew = fault and fault.kind == "clock_skew" and (fault.options.ms or 600000) or 0
  if not fault then return M.finish(provider:call(route, request, skew)) end
  local reply = faults.commits(fault) and M.finish(provider:call(route, request, skew)) or nil
  return spoil.apply(reply, fault, provider.spoilt)
end

--- Serves a request by its whole path: `/<provider>/...`, `/_sandbox/...` for the controls, `/` for a
-- page that tells what there is.
function M.serve(sandbox, request)
  local reply = control.serve(sandbox, request)
  if reply then return reply end
  sandbox:settle()
  local reads = request.method == "GET" or request.method == "HEAD"
  if reads and request.target:match("^[^?]*") == "/" then return page_index.page(sandbox) end
  local name, target = request.target:match("^/([%l%d]+)(/.*)$")
  local provider = name and sandbox.providers[name]
  if not provider then
    return { status = 404, headers = { ["content-type"] = "application/json" },
      body = '{"message":"no such provider here; the page at / tells what there is"}' }
  end
  return M.to_provider(sandbox, provider, { method = request.method, target = target,
    headers = request.headers, body = request.body or "" })
end

local function failed(kind, outcome, message)
  return nil, error_of.new{ kind = kind, outcome = outcome, message = message, retryable = outcome == "not_sent" }
end

local stalls = { stall_headers = true, stall_body = true, drip = true }

-- What a real transport would say of a connection that does this.
local function by_wire(reply, options)
  local wire = reply.wire
  if wire.kind == "refuse" then return failed("network", "not_sent", "the connection was refused") end
  if wire.kind == "slow" then
    local limit = options and options.timeout_ms
    if limit and (wire.ms or 3000) >= limit then return failed("timeout", "unknown", "no answer in time") end
    return reply
  end
  if stalls[wire.kind] then return failed("timeout", "unknown", "no whole answer in time") end
  if wire.kind == "oversized" or wire.kind == "gzip_bomb" then
    return failed("provider", "unknown", "the answer is longer than its ceiling")
  end
  return failed("network", "unknown", "the connection broke after sending")
end

local function lower_names(headers)
  local out = {}
  for name, value in pairs(headers or {}) do
    out[name:lower()] = type(value) == "table" and table.concat(value, ", ") or tostring(value)
  end
  return out
end

local function bytes_of(body)
  if body == nil then return "" end
  if type(body) == "string" then return body end
  return body:reveal()
end

-- A simulator answers at its own address and at the addresses of the system that it stands for.
local function provider_of(sandbox, authority, target)
  local name, rest = target:match("^/([%l%d]+)(/.*)$")
  if sandbox.origin:match("^%a+://(.+)$") == authority and sandbox.providers[name] then
    return sandbox.providers[name], rest
  end
  for _, provider in pairs(sandbox.providers) do
    if provider.hosts and provider.hosts[authority] then return provider, target end
  end
  return nil
end

--- A transport that brings requests to the sandbox in process: `send(request, options)` answers a
-- reply with `status`, `headers` (lower-case names) and `body`, or `nil, err`.
function M.transport(sandbox)
  local transport = {}
  function transport.send(first, second, third)
    local request, options = first, second
    if first == transport then request, options = second, third end
    local _, authority, target = text.split_url(request.url)
    if not authority then return failed("invalid", "not_sent", "url: expected an absolute address") end
    sandbox:settle()
    local provider, rest = provider_of(sandbox, authority, target)
    if not provider then return failed("network", "not_sent", "the sandbox has no such host") end
    local reply = M.to_provider(sandbox, provider, { method = request.method, target = rest,
      headers = lower_names(request.headers), body = bytes_of(request.body) })
    if reply.wire then
      local answered, err = by_wire(reply, options)
      if not answered then return nil, err end
    end
    local headers = lower_names(reply.headers)
    headers["content-length"] = headers["content-length"] or tostring(#reply.body)
    return { status = reply.status, headers = headers, body = reply.body }
  end
  return transport
end

return M
