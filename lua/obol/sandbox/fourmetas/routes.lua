--- The endpoints of 4metas: paths, the envelope, and the access token.

local amount = require "obol.sandbox.fourmetas.amount"
local calendar = require "obol.sandbox.calendar"
local callback = require "obol.sandbox.fourmetas.callback"
local fields = require "obol.sandbox.fourmetas.fields"
local json = require "obol.sandbox.json"
local orders = require "obol.sandbox.fourmetas.orders"
local pages = require "obol.sandbox.fourmetas.pages"

local M = {}

local UTC8 = 8 * 3600000

--- Hosts of the real system that the in-process transport answers for.
M.hosts = { ["47.100.198.111"] = true, ["ss.4metas.io"] = true }

local function create(app, read)
  return json.number(orders.create(app, read).id)
end

-- `yyyy-MM-dd HH:mm:ss` at UTC+8.
local function local_time(ms)
  local shifted = ms + UTC8
  return calendar.date(shifted):sub(1, 16) .. string.format(":%02d", math.floor(shifted / 1000) % 60)
end

local function query(app, read)
  local order = app.orders[read.id]
  if not order then return nil, "order not found" end
  return json.obj{
    { "orderId", json.number(order.id) }, { "userId", json.number(order.user) }, { "gameId", json.number(order.game) },
    { "goodId", json.number(order.good) }, { "rechargeAmount", amount.number(order.cents, app.options.amounts) },
    { "status", order.status }, { "createTime", local_time(order.created_ms) } }
end

local routes = {
  ["/formetas/thirdRecharge/createThirdOrder"] = { "payment.create", fields.create, create },
  ["/formetas/thirdRecharge/queryMyOrder"] = { "payment.query", fields.query, query },
}

--- The operations of the library that a fault may name here, and the type of notifications.
M.operations = { ["payment.create"] = true, ["payment.query"] = true, [callback.TYPE] = true }

local function plain(status, body)
  return { status = status, headers = { ["content-type"] = "text/plain" }, body = body }
end

local function envelope(status, msg, data)
  return { status = 200, tree = json.obj{ { "status", status }, { "msg", msg }, { "data", data } } }
end

local function refused(msg) return envelope(0, msg, json.null) end

--- The answer to a body over the limit.
function M.too_large() return plain(413, "the body is too large\n") end

--- Finds what a request asks for: a page, an endpoint, or nothing.
function M.route(app, request)
  local path = request.target:match("^[^?]*")
  local page = pages.find(app, path)
  if page then return { page = page } end
  local row = routes[path]
  if not row then return { refusal = plain(404, "not found\n") } end
  if request.method ~= "POST" then return { refusal = plain(405, "wrong method\n") } end
  return { row = row, operation = row[1], names = { row[1] } }
end

-- The token, the kind of content, then the body.
local function problem_of(app, request)
  local token = app.options.access_token
  if token and request.headers["access-token"] ~= token then return "not login" end
  local kind = (request.headers["content-type"] or ""):lower():gsub("%s", "")
  if app.options.strict and kind ~= "application/json;charset=utf-8" then
    return "content-type: expected application/json; charset=utf-8"
  end
  return nil
end

--- Answers a routed request.
function M.call(app, found, request)
  if found.refusal then return found.refusal end
  local problem = problem_of(app, request)
  if problem then return refused(problem) end
  local body = json.read(request.body)
  if json.kind(body) ~= "object" then return refused("body: expected a JSON object") end
  local read, data
  read, problem = fields.read(body, found.row[2], app.options.strict)
  if read then data, problem = found.row[3](app, read) end
  if not data then return refused(problem) end
  return envelope(1, app.options.success_msg or "success", data)
end

-- An answer whose order is changed by `change(members, fault)`, a function of the members by name.
local function with_data(change)
  return function(reply, fault)
    local members = {}
    for i, member in ipairs(reply.tree and reply.tree.members or {}) do members[i] = { member[1], member[2] } end
    local data = members[3] and members[3][2]
    if type(data) == "table" and data.members then
      local copy = {}
      for i, member in ipairs(data.members) do copy[i] = { member[1], change(member[1], member[2], fault) } end
      members[3][2] = json.obj(copy)
    end
    return { status = reply.status, headers = reply.headers, body = json.write(json.obj(members)) }
  end
end

local function one_member(name, change)
  return with_data(function(member, value, fault)
    if member ~= name then return value end
    return change(value, fault)
  end)
end

local FAILURE = '{"status":0,"msg":"server error","data":null}'

--- Words for answers of faults. `unlisted_state`, `stale` and `mismatched` spoil what a query tells of an
-- order: a state that no page lists, the state before it was paid, another amount. `null_data` spoils both.
M.spoilt = { codes = "status", duplicate = '"status":0', unlisted = 7, failure = FAILURE, ways = {
  unlisted_code = function(reply, fault)
    return { status = reply.status, headers = reply.headers,
      body = json.write(json.obj{ { "status", fault.options.code or 7 }, { "msg", "a status that no page lists" },
        { "data", json.null } }) }
  end,
  null_data = function(reply)
    return { status = reply.status, headers = reply.headers, body = '{"status":1,"msg":"success","data":null}' }
  end,
  unlisted_state = one_member("status", function(_, fault) return fault.options.code or 383 end),
  stale = one_member("status", function() return orders.PAYING end),
  mismatched = one_member("rechargeAmount", function(value)
    return amount.number(amount.read(json.read(value.text)) + 1)
  end),
} }

return M
