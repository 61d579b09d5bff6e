--- AppWheel's endpoints: paths, methods, signature, envelope.

local checkout = require "obol.sandbox.appwheel.checkout"
local endpoints = require "obol.sandbox.endpoints"
local entitlements = require "obol.sandbox.appwheel.entitlements"
local events = require "obol.sandbox.appwheel.events"
local invoices = require "obol.sandbox.appwheel.invoices"
local json = require "obol.sandbox.json"
local methods = require "obol.sandbox.appwheel.payment_methods"
local pages = require "obol.sandbox.appwheel.pages"
local plans = require "obol.sandbox.appwheel.plans"
local products = require "obol.sandbox.appwheel.products"
local signature = require "obol.sandbox.appwheel.signature"
local text = require "obol.sandbox.text"
local users = require "obol.sandbox.appwheel.users"

local M = {}

--- Hosts of the real system that the in-process transport answers for.
M.hosts = { ["sdk.api.appwheel.com"] = true, ["sdk.beta.api.appwheel.com"] = true }

local function init_user(app, _, params)
  local id = params[1]
  if not id then return json.obj{ { "appUserId", users.invent(app).id } } end
  return json.obj{ { "appUserId", users.ensure(app, id).id } }
end

local function server_time(app)
  return json.obj{ { "remoteTime", math.floor(app.clock:now() / 1000) } }
end

local function create_method(app, body) return methods.create(app, body, checkout.open, checkout.url) end

-- `order` names the members of the envelope in the order of the documented samples.
local function route(method, path, operation, handler, more)
  local out = more or {}
  out.method, out.operation, out.handler = method, operation, handler
  out.pattern = "^" .. path:gsub("%-", "%%-"):gsub("{}", "([^/]+)") .. "$"
  return out
end

local data_first = { "code", "data", "message" }
local routes = {
  route("POST", "/v1/users", "customer.create", init_user, { bare = true }),
  route("POST", "/v1/users/{}", "customer.create", init_user, { bare = true }),
  route("GET", "/v1/purchase/skus", "product.list", products.skus),
  route("POST", "/v1/stripe/purchase/create", "subscription.create", checkout.create, { moded = true }),
  route("POST", "/v1/stripe/purchase/update", "subscription.update", plans.update),
  route("POST", "/v1/stripe/purchase/cancel", "subscription.cancel", plans.cancel),
  route("POST", "/v1/stripe/purchase/renew", "subscription.renew", plans.renew),
  route("POST", "/v1/stripe/customPortal", "subscription.portal", plans.portal),
  route("GET", "/v1/subscriber/{}/entitlement", "entitlement.get", entitlements.get,
    { message = "操作成功", also = { "subscription.query", "payment.query" } }),
  route("POST", "/v1/stripe/paymentMethod/create", "payment_method.create", create_method, { order = data_first }),
  route("POST", "/v1/stripe/paymentMethod", "payment_method.list", methods.list, { order = data_first }),
  route("POST", "/v1/stripe/paymentMethod/remove", "payment_method.remove", methods.remove, { order = data_first }),
  route("POST", "/v1/stripe/invoices", "invoice.list", invoices.list, { order = data_first }),
  route("GET", "/v1/subscriber/{}/product/{}/history", "product.history", entitlements.history),
  route("GET", "/v1/system/time", "time.get", server_time, { untimed = true }),
}

--- The operations of the library that a fault may name here, and the types of notifications.
M.operations = endpoints.operations(routes, { ["payment.create"] = true }, events.types)

local function refused(status, code, message)
  return { status = status, tree = json.obj{ { "code", code }, { "message", message } } }
end

--- The answer to a body over the limit.
function M.too_large() return refused(413, 10002, "client parameter error: the body is too large") end

local function params_of(row, path)
  local found = { path:match(row.pattern) }
  if #found == 0 then return nil end
  if found[1] == path then return {} end
  for i, part in ipairs(found) do
    local plain = text.unpercent(part)
    if not plain or not text.utf8_length(plain) or not users.is_id(plain) then return { bad = true } end
    found[i] = plain
  end
  return found
end

-- The operation of a purchase is told by its mode.
local function names_of(row, body)
  local is_moded = row.moded and json.kind(body) == "object" and body.mode ~= nil
  return endpoints.names(row, is_moded and "payment.create" or nil)
end

--- Finds what a request asks for: a page, an endpoint with its operation names, or a refusal.
function M.route(app, request)
  local path = request.target:match("^[^?]*")
  local page = pages.find(app, path)
  if page then return { page = page } end
  local row, params = endpoints.match(routes, request.method, path, params_of)
  if not row then
    if params then return { refusal = refused(405, 10002, "client parameter error: wrong method") } end
    return { refusal = refused(404, 10002, "client parameter error: unknown path") }
  end
  local body, problem
  if request.method == "POST" then
    if request.body ~= "" or not row.bare then body, problem = json.read(request.body) end
    if not problem and body ~= nil and json.kind(body) ~= "object" then problem = "expected an object" end
  end
  local names = names_of(row, body)
  return { row = row, params = params, names = names, operation = names[1], body = body, problem = problem }
end

local function envelope(row, code, data)
  local parts = { code = { "code", code }, data = { "data", data } }
  -- Plan changes are documented with a code of 200 and without a message.
  if code ~= 200 then parts.message = { "message", row.message or "success" } end
  local members = {}
  for _, name in ipairs(row.order or { "code", "message", "data" }) do members[#members + 1] = parts[name] end
  return { status = 200, tree = json.obj(members) }
end

local function answer(app, found)
  local row = found.row
  if found.params.bad then return refused(200, 10002, "client parameter error: the id in the path") end
  if found.problem then
    return refused(400, 10002, "client parameter error: the body is not a JSON object")
  end
  local ok, data, more = pcall(row.handler, app, found.body, found.params)
  if not ok then return refused(500, 10101, "data error") end
  if not data then return refused(200, more.code, more.message) end
  return envelope(row, more or 0, data)
end

--- Answers a routed request; `skew` (ms) is how far the server's clock is off.
function M.call(app, found, request, skew)
  if found.refusal then return found.refusal end
  if not signature.check(app, request, skew, found.row.untimed) then return refused(401, 10000, "API secret error") end
  return answer(app, found)
end

return M
