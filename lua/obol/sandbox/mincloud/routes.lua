--- MinCloud's endpoints: paths, methods, headers, tokens, errors.

local endpoints = require "obol.sandbox.endpoints"
local fields = require "obol.sandbox.mincloud.fields"
local functions = require "obol.sandbox.mincloud.functions"
local gateways = require "obol.sandbox.mincloud.gateways"
local json = require "obol.sandbox.json"
local lists = require "obol.sandbox.mincloud.lists"
local orders = require "obol.sandbox.mincloud.orders"
local pages = require "obol.sandbox.mincloud.pages"
local sessions = require "obol.sandbox.mincloud.sessions"
local wechat = require "obol.sandbox.mincloud.wechat"

local M = {}

local MAX_URL = 16386

local function server_time(app)
  local now = app.clock:now()
  local stamp = wechat.beijing(now, "%Y-%m-%dT%H:%M:%S") .. string.format(".%06d+08:00", now % 1000 * 1000)
  return 200, json.obj{ { "time", stamp } }
end

local function off() return fields.refused(405, "this login method is off") end

local routes = {}

-- A row has `open` where no token is wanted, `also` for further operations that a call may stand for.
local function add(method, path, operation, handler, more)
  local row = more or {}
  row.method, row.operation, row.handler = method, operation, handler
  row.pattern = "^" .. path:gsub("[%-.]", "%%%0"):gsub("{}", "([%%w%%-]+)") .. "$"
  row.version = path:match("^/hserve/(v[%d.]+)/")
  routes[#routes + 1] = row
end

local reads = { also = { "payment.query", "payment.find" } }
for _, kind in ipairs{ "username", "email", "phone" } do
  add("POST", "/hserve/v2.1/login/" .. kind .. "/", "session.create", sessions.login, { open = true, kind = kind })
  add("POST", "/hserve/v2.1/register/" .. kind .. "/", "customer.create", sessions.register,
    { open = true, kind = kind })
end
add("POST", "/hserve/v2.0/login/anonymous/", "session.create", sessions.anonymous, { open = true })
add("POST", "/hserve/v2.1/login/sms/", "session.create", off, { open = true })
add("POST", "/hserve/v2.0/idp/{}/redirect/", "session.create", off, { open = true })
add("POST", "/hserve/v2.0/idp/{}/authenticate/", "session.create", off, { open = true })
add("POST", "/hserve/v2.5/idp/{}/silent-login/", "session.create", off, { open = true })
add("POST", "/hserve/v2.0/session/destroy/", "session.remove", sessions.destroy)
add("GET", "/hserve/v2.2/server/time/", "time.get", server_time, { open = true })
for _, version in ipairs{ "v2.2", "v2.0" } do
  add("POST", "/hserve/" .. version .. "/idp/pay/order/", "payment.create", orders.create)
  add("GET", "/hserve/" .. version .. "/idp/pay/order/", "payment.list", lists.list, { also = reads.also })
end
add("GET", "/hserve/v2.0/idp/pay/order/{}/", "payment.query", lists.detail)
add("POST", "/hserve/v1/cloud-function/job/", "function.call", functions.call)

--- The operations of the library that a fault may name here, and the types of notifications.
M.operations = endpoints.operations(routes, { ["refund.create"] = true, ["profit_share.create"] = true },
  gateways.events)

-- An error's body. Some answers of the real service say `message` where the others say `error_msg`.
local function refused(app, status, text)
  return { status = status,
    tree = json.obj{ { "status", "error" }, { app.options.error_word or "error_msg", text } } }
end

--- The answer to a body over the limit.
function M.too_large(app) return refused(app, 413, "the body is too large") end

-- The operation of a function's call is told by the function.
local function names_of(row, body)
  local names = endpoints.names(row)
  if row.operation == "function.call" and json.kind(body) == "object" then
    names[#names + 1] = functions.operations[body.function_name]
  end
  return names
end

local function param_of(row, path) return path:match(row.pattern) end

--- Finds what a request asks for: a page, an endpoint with its operation names, or a refusal.
function M.route(app, request)
  local path = request.target:match("^[^?]*")
  local page = pages.find(app, path)
  if page then return { page = page } end
  local row, param = endpoints.match(routes, request.method, path, param_of)
  if not row then
    if param then return { refusal = refused(app, 405, "method not allowed") } end
    return { refusal = refused(app, 404, "not found") }
  end
  local body
  if request.method == "POST" then body = json.read(request.body) end
  local names = names_of(row, body)
  return { row = row, path = path, body = body, names = names, operation = names[1],
    params = { row.kind or param } }
end

local function answer(app, found, request)
  if #request.target > MAX_URL then return refused(app, 502, "bad gateway") end
  if request.headers["x-hydrogen-client-id"] ~= app.client_id then return refused(app, 401, "client id: unknown") end
  if app.options.arrears then return refused(app, 402, "the app's account is in arrears") end
  if found.refusal then return found.refusal end
  local row = found.row
  local call = { target = request.target, path = found.path, version = row.version, params = found.params,
    body = found.body }
  call.user, call.token = sessions.user_of(app, request)
  if not call.user and not row.open then return refused(app, 401, "token: missing, unknown or expired") end
  if request.method == "POST" and json.kind(call.body) ~= "object" then
    return refused(app, 400, "the body: expected a JSON object")
  end
  local ok, status, tree = pcall(row.handler, app, call)
  if not ok then return refused(app, 500, "server error") end
  if not status then return refused(app, tree.status, tree.text) end
  return { status = status, tree = tree }
end

--- Answers a routed request; `skew` (ms) is how far the server's clock is off: it judges tokens, and
-- stamps what it makes.
function M.call(app, found, request, skew)
  local reply
  app.clock:during(app.clock:now() + (skew or 0), function() reply = answer(app, found, request) end)
  return reply
end

return M
