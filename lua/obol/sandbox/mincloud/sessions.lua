--- MinCloud's users, how they log in, and the tokens that they hold.

local fields = require "obol.sandbox.mincloud.fields"
local json = require "obol.sandbox.json"

local M = {}

-- Ids beyond 32 bits, as the real ones are.
local FIRST_ID = 92118009020754
local kinds = { "username", "email", "phone" }

--- A new user; `more` may have `username`, `email`, `phone`, `password`, `openid` (the identity at the
-- merchant's WeChat official account), `anonymous`.
function M.add(app, more)
  local user = more or {}
  user.is, user.id = "user", FIRST_ID + 7 * #app.user_list
  user.name = string.format("%d", user.id)
  user.failing = false
  app.users[user.name] = user
  app.user_list[#app.user_list + 1] = user
  for _, kind in ipairs(kinds) do
    if user[kind] then app.logins[kind][user[kind]] = user end
  end
  return user
end

--- Gives a user a token, `token` or a new one, for the life that tokens have.
function M.issue(app, user, token)
  token = token or app.ids:next("", 40)
  app.tokens[token] = { user = user, expires_ms = app.clock:now() + app.token_life_s * 1000 }
  return token
end

--- The ready users: the shop's own, who pays in browsers, and a payer who follows the official account.
function M.ready(app)
  local ids = app.ids
  app.shop = M.add(app, { username = "shop", email = "shop@sandbox.invalid", phone = "13800138000",
    password = ids:named("mincloud.password", 16) })
  app.payer = M.add(app, { username = "payer", password = ids:named("mincloud.payer_password", 16),
    openid = "o" .. ids:named("mincloud.openid", 27) })
  app.shop.token = M.issue(app, app.shop, app.options.token or ids:named("mincloud.token", 40))
  app.payer.token = M.issue(app, app.payer, ids:named("mincloud.payer_token", 40))
end

--- The token of a ready user: another one where the last has expired or was ended.
function M.token(app, user)
  local held = app.tokens[user.token]
  if not held or app.clock:now() >= held.expires_ms then user.token = M.issue(app, user) end
  return user.token
end

local function answer(app, user)
  return 201, json.obj{ { "token", M.issue(app, user) }, { "expires_in", app.token_life_s }, { "user_id", user.id } }
end

--- `POST /hserve/v2.1/login/<kind>/`.
function M.login(app, call)
  local kind = call.params[1]
  local read, refusal = fields.read(call.body, { { kind, "string", true }, { "password", "string", true } })
  if not read then return nil, refusal end
  local user = app.logins[kind][read[kind]]
  if not user or user.password ~= read.password then return fields.refused(400, "wrong " .. kind .. " or password") end
  return answer(app, user)
end

--- `POST /hserve/v2.1/register/<kind>/`.
function M.register(app, call)
  local kind = call.params[1]
  local read, refusal = fields.read(call.body, { { kind, "string", true }, { "password", "string", true } })
  if not read then return nil, refusal end
  if app.logins[kind][read[kind]] then return fields.refused(400, kind .. ": taken already") end
  return answer(app, M.add(app, { [kind] = read[kind], password = read.password }))
end

--- `POST /hserve/v2.0/login/anonymous/`: each time somebody new.
function M.anonymous(app) return answer(app, M.add(app, { anonymous = true })) end

--- `POST /hserve/v2.0/session/destroy/`.
function M.destroy(app, call)
  app.tokens[call.token] = nil
  return 201, json.obj{ { "status", "ok" }, { "message", "Destroy succeed." } }
end

--- Who asks, by the request's header; nil where the token is missing, malformed, unknown or expired.
-- Also gives the token.
function M.user_of(app, request)
  local token = (request.headers.authorization or ""):match("^Hydrogen%-r1 (%S+)$")
  local held = token and app.tokens[token]
  if not held or app.clock:now() >= held.expires_ms then return nil end
  return held.user, token
end

return M
