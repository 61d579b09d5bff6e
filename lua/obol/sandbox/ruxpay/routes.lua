--- RuxPay's paths, in the order of checks of section 10.

local auth = require "obol.sandbox.ruxpay.auth"
local json = require "obol.sandbox.json"
local pages = require "obol.sandbox.ruxpay.pages"
local payments = require "obol.sandbox.ruxpay.payments"
local refunds = require "obol.sandbox.ruxpay.refunds"
local search = require "obol.sandbox.ruxpay.search"
local text = require "obol.sandbox.text"

local M = {}

local posts = {
  ["/api/subscription"] = { payments.subscribe, "subscription.create" },
  ["/api/payment"] = { payments.pay_by_card, "payment.create" },
  ["/checkout/payment"] = { payments.check_out, "payment.create" },
  ["/api/refund"] = { refunds.create, "refund.create" },
}

-- The list of transactions serves both operations.
local gets = {
  ["/search/list/order"] = { search.orders, "payment.query", "payment.list" },
  ["/search/list/refund"] = { search.refunds, "refund.query", "refund.list" },
}

--- What a fault may be armed for.
M.operations = { ["subscription.create"] = true, ["payment.create"] = true, ["refund.create"] = true,
  ["payment.query"] = true, ["payment.list"] = true, ["refund.query"] = true, ["refund.list"] = true,
  Sale = true, Refund = true, Chargeback = true }

local function refused(app, status, code, message)
  return { status = status, tree = json.obj{ { "code", code }, { "message", message }, { "timestamp", app:now() } } }
end

--- The answer to a body over the limit.
function M.too_large(app) return refused(app, 413, 500, "request parameter error: the body is too large") end

local function named(row, more)
  local route = { handler = row[1], operation = row[2], names = { row[2], row[3] } }
  for name, value in pairs(more) do route[name] = value end
  return route
end

--- Finds what a request asks for: a page, a call with the names of its operation, or nothing.
function M.route(app, request)
  local path, query = request.target:match("^([^?]*)%??(.*)$")
  local page = pages.find(app, path)
  if page then return { page = page } end
  if request.method == "POST" and posts[path] then return named(posts[path], { is_post = true }) end
  if request.method == "GET" then
    if gets[path] then return named(gets[path], { argument = query }) end
    local id = path:match("^/search/order/([^/]+)$")
    if id then return named({ search.order, "payment.query" }, { argument = text.unpercent(id) or "" }) end
  end
  return { names = {} }
end

local function answer(app, route, request)
  local argument = route.argument
  if route.is_post then
    argument = json.read(request.body)
    if json.kind(argument) ~= "object" then
      return refused(app, 200, 500, "request parameter error: the body is not a JSON object")
    end
  end
  local ok, tree, refusal = pcall(route.handler, app, argument)
  if not ok then return refused(app, 200, 999, "system error") end
  if tree then return { status = 200, tree = tree } end
  return refused(app, 200, refusal.code, refusal.message)
end

--- Answers a routed request; `skew` (ms) is how far the server's clock is off.
function M.call(app, route, request, skew)
  app.skew = skew
  local reply
  app.caller = auth.check(app, request, skew)
  if not route.handler then
    reply = refused(app, 404, 404, "Not Found")
  elseif not app.caller then
    reply = refused(app, 401, 401, "Unauthorized")
  else
    reply = answer(app, route, request)
  end
  app.skew, app.caller = 0, nil
  return reply
end

return M
