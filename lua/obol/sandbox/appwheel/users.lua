--- AppWheel's users, each with a Stripe customer behind.

local M = {}

--- Whether a user id may be used: 1 to 255 bytes.
function M.is_id(id) return #id >= 1 and #id <= 255 end

--- The user of this id, made where it is new.
function M.ensure(app, id)
  local user = app.users[id]
  if user then return user end
  user = { is = "user", id = id, customer = app.ids:next("cus_", 14), created_ms = app.clock:now(),
    email = "", methods = {}, failing = false, subscriptions = {}, sales = {}, trialed = {}, paid = {} }
  app.users[id], app.customers[user.customer] = user, user
  app.user_list[#app.user_list + 1] = user
  return user
end

--- A new user under an id that the simulator makes up.
function M.invent(app) return M.ensure(app, app.ids:next("aw_", 20)) end

return M
