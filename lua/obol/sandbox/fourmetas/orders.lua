--- Third-party orders: made, paid or closed, and closed by themselves after a while.

local text = require "obol.sandbox.text"

local M = {}

--- States as the query tells them.
M.PAYING, M.CLOSED, M.PAID = 0, -1, 1

-- Nineteen digits: one name of this sandbox, and a count. Numbers near each other are the same double,
-- so whoever rounds an id asks for somebody else's order; those that a double holds are left out.
local COUNT = 1000000000

local function next_id(app)
  local count
  repeat count = (app.start + app.ids:number()) % COUNT until count % 256 ~= 0
  return string.format("%s%09d", app.prefix, count)
end

-- Our own three parts of what is echoed: attempt, order, and the caller's.
local function split(extra)
  local key, order_id, echo = (extra or ""):match("^([^|]*)|([^|]*)|(.*)$")
  if not key then return {} end
  return { key = key, order_id = text.unpercent(order_id), echo = echo }
end

-- Orders by the time at which they close: mostly the newest is the last, unless lifetimes changed.
local function enqueue(queue, first, order)
  local at = #queue + 1
  while at > first and queue[at - 1].expires_ms > order.expires_ms do
    queue[at] = queue[at - 1]
    at = at - 1
  end
  queue[at] = order
end

--- Makes an order of what `fields.read` gave.
function M.create(app, read)
  local now, parts = app.clock:now(), split(read.extra)
  local order = { id = next_id(app), user = read.thirdId, good = read.goodId, game = read.gameId,
    cents = read.rechargeAmount, extra = read.extra, key = parts.key, order_id = parts.order_id, echo = parts.echo,
    notify_url = read.notify_url ~= "" and read.notify_url or nil,
    page_url = read.page_url ~= "" and read.page_url or nil,
    status = M.PAYING, created_ms = now, expires_ms = now + app.expire_after_ms }
  app.orders[order.id] = order
  app.order_list[#app.order_list + 1] = order
  enqueue(app.queue, app.first, order)
  if order.order_id then
    local same = app.by_order[order.order_id] or {}
    same[#same + 1], app.by_order[order.order_id] = order, same
  end
  return order
end

--- Why an order can no longer be paid, nil where it can.
function M.refusal(order)
  if order.status == M.PAID then return { kind = "conflict", message = "order: paid already" } end
  if order.status == M.CLOSED then return { kind = "not_found", message = "order: closed" } end
  return nil
end

--- Closes an order that was not paid.
function M.close(app, order, reason)
  order.status, order.closed_ms, order.reason = M.CLOSED, app.clock:now(), reason
end

-- The order that closes next. Those that are over are let go, many at a time.
local function first_open(app)
  local queue, at = app.queue, app.first
  while queue[at] and queue[at].status ~= M.PAYING do at = at + 1 end
  app.first = at
  if at > 1000 then
    local rest = {}
    for i = at, #queue do rest[#rest + 1] = queue[i] end
    app.queue, app.first = rest, 1
  end
  return queue[at]
end

--- When the next order closes by itself, nil where none is open.
function M.next_due(app)
  local order = first_open(app)
  return order and order.expires_ms
end

--- Closes the orders whose time is over at `at`.
function M.run(app, at)
  local order = first_open(app)
  while order and order.expires_ms <= at do
    M.close(app, order, "expired")
    order = first_open(app)
  end
end

--- Finds an order by its id, by its pay page, or by the merchant's order: of several the newest that can
-- still be paid, else the newest.
function M.find(app, reference)
  local id = reference:match("[?&]id=(%d+)$") or reference
  if app.orders[id] then return app.orders[id] end
  local same = app.by_order[reference] or {}
  for i = #same, 1, -1 do
    if same[i].status == M.PAYING then return same[i] end
  end
  return same[#same]
end

return M
