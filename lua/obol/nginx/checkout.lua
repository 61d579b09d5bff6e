--- The payer's page: how the order stands, the ways to pay, and the form that chooses one.

local adapter = require "obol.nginx.adapter"
local dict = require "obol.shared"
local input = require "obol.nginx.input"
local link = require "obol.nginx.link"
local offers = require "obol.nginx.offers"
local order = require "obol.nginx.order"
local page = require "obol.nginx.page"
local reply = require "obol.nginx.reply"
local stage = require "obol.nginx.stage"
local token_of = require "obol.nginx.token"

local M = {}

local COOKIE, METHOD_S, CREATE_MS = "obol_form", 24 * 60 * 60, 20000
local CHOICE_S = 5 -- how long a way that was chosen holds where nobody says what became of it

-- The browser's cookie, a new one where it has none; and the header that sets it.
local function cookie_of(shop, request)
  local found = input.cookie(request, COOKIE)
  if found and #found >= 20 and #found <= 64 then return found, nil end
  local fresh = token_of.random()
  if not fresh then return nil, nil end
  return fresh, ("%s=%s; Path=%s/; HttpOnly; SameSite=Lax%s"):format(COOKIE, fresh, shop.path,
    shop.secure and "; Secure" or "")
end

-- The order that the token names and its payment; nil and the answer where there is nothing to show.
local function find(shop, request)
  local token = input.last_segment(request, 6000)
  local content = page.open(shop, token)
  if not content then return nil, page.absent(shop, request) end
  local payment, known = stage.shown(shop, content)
  if known == "failed" then return nil, page.failing(shop, request) end
  if known == "absent" then return nil, page.absent(shop, request) end
  return { token = token, content = content, payment = payment }
end

local function is_over(shop, found)
  return found.content.use == "return" or shop.clock() >= found.content.ends
end

local function show(shop, request, found, more)
  local about = { token = found.token, content = found.content, payment = found.payment,
    method = shop.dict:get("method/" .. found.content.order) }
  for name, value in pairs(more or {}) do about[name] = value end
  if stage.is_open(stage.of(found.payment)) and not is_over(shop, found) then
    about.offers, about.passes = link.offers(shop, found.content)
    -- there is no other way to choose
    if #about.offers == 0 and about.problem == "method" then about.problem = nil end
    local cookie, header = cookie_of(shop, request)
    if cookie then about.proof = shop.sealer:proof(found.token, cookie) end
    about.headers = header and { ["set-cookie"] = header } or nil
  end
  return page.show(shop, request, about)
end

local function chosen_of(shop, found, way)
  for _, one in ipairs(link.offers(shop, found.content)) do
    if offers.value(one) == way then return one end
  end
  return nil
end

local problem_of = { invalid = "method", unsupported = "method", conflict = "method", declined = "method" }

-- Where the browser goes by GET after its form was taken, so that loading the page again sends nothing.
local function onward(shop, found, payment, query)
  local action = payment and payment.status == "requires_action" and payment.action
  local go = action and action.url and order.is_address(action.url) and "&go=1" or ""
  local lang = (query.lang == "zh" or query.lang == "en") and query.lang or nil
  local words = (lang and "lang=" .. lang or "") .. go
  return reply.see_other(shop.url .. "/checkout/" .. found.token .. (words ~= "" and "?" .. words:gsub("^&", "") or ""))
end

-- Begins to pay by the offer `one`. Of two forms that come at once, as from two tabs, the first decides: the page says
-- with what its code is read. Answers what link.begin does.
local function begin(shop, found, one, request)
  local order_id = found.content.order
  local choice, label = "choice/" .. order_id, "method/" .. order_id
  local began, before = shop.clock(), shop.dict:get(label)
  local is_first = shop.dict:add(choice, offers.value(one), CHOICE_S)
  if not is_first then one = chosen_of(shop, found, shop.dict:get(choice)) or one end
  shop.dict:set("page/" .. order_id, found.token, METHOD_S)
  shop.dict:set(label, one.method, METHOD_S)
  local payment, err = link.begin(shop, found.content, one, request, order.options(found.content,
    { account = not one.ruled and one.account or nil, timeout_ms = CREATE_MS }))
  if is_first then shop.dict:delete(choice) end
  local last = payment and payment.attempts[#payment.attempts]
  if last and last.created_ms < began and before then shop.dict:set(label, before, METHOD_S) end
  if not payment then adapter.log(("obol.nginx.checkout: %s: %s"):format(one.account, tostring(err))) end
  return payment, err
end

local function pay(shop, request, found, fields)
  local query = input.query(request)
  if stage.is_open(stage.of(found.payment)) then
    found.payment = stage.refreshed(shop, found.content, found.payment, "again")
  end
  if not stage.is_open(stage.of(found.payment)) then return onward(shop, found, found.payment, query) end
  local one = chosen_of(shop, found, fields.way)
  if not one then return show(shop, request, found, { status = 422, problem = "method" }) end
  local payment, err = begin(shop, found, one, request)
  if not payment then
    -- Another tab may have been first, with another way.
    local now, known = stage.shown(shop, found.content)
    if known == "failed" then return page.failing(shop, request) end
    if known == "absent" then return page.absent(shop, request) end
    found.payment = now
    if not stage.is_open(stage.of(now)) then return onward(shop, found, now, query) end
    return show(shop, request, found, { status = problem_of[err.kind] and 422 or 503, chosen = fields.way,
      problem = problem_of[err.kind] or "later" })
  end
  stage.heard(shop, found.content, payment)
  return onward(shop, found, payment, query)
end

local function post(shop, request, found)
  local limits, now = shop.limits, shop.clock()
  if input.media_type(request) ~= "application/x-www-form-urlencoded" then
    return reply.problem(415, "expected application/x-www-form-urlencoded")
  end
  local fields = input.form(request.body, limits.form_body)
  if not fields then
    return reply.problem(#request.body > limits.form_body and 413 or 400, "expected the page's form")
  end
  local cookie = input.cookie(request, COOKIE)
  if not shop.sealer:proves(found.token, cookie, fields.form) then
    return show(shop, request, found, { status = 403, problem = "form", chosen = fields.way })
  end
  if is_over(shop, found) then return show(shop, request, found) end
  if not dict.allow(shop.dict, "form/" .. request.remote_addr, limits.form_each, 60, now)
      or not dict.allow(shop.dict, "order/" .. found.content.order, limits.form_order, 60, now) then
    return show(shop, request, found, { status = 429, problem = "busy", chosen = fields.way })
  end
  return pay(shop, request, found, fields)
end

--- GET .../<token>: the page; POST: the way that the payer chose. A wrong token, and one whose order is
-- recorded with another amount, get the answer of a page that is not there.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "HEAD" and request.method ~= "POST" then
    return reply.not_allowed "GET, POST"
  end
  if not stage.may_look(shop, request) then return page.busy(shop, request) end
  local found, answer = find(shop, request)
  if not found then return answer end
  if request.method == "POST" then return post(shop, request, found) end
  found.payment = stage.refreshed(shop, found.content, found.payment)
  return show(shop, request, found)
end

return M
