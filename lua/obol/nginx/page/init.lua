--- The pages of the checkout: what an order looks like at each stage.

local amounts = require "obol.nginx.order"
local input = require "obol.nginx.input"
local json = require "obol.json"
local frame = require "obol.nginx.page.frame"
local offers = require "obol.nginx.offers"
local qr = require "obol.qr"
local stage = require "obol.nginx.stage"
local words_of = require "obol.nginx.page.words"

local M = {}

local fill = frame.fill

-- How long a page shows what became of an order after its link is over.
local SHOWN_MS = 30 * 24 * 60 * 60 * 1000

--- What a token of the checkout or of a return holds, with its `use`; nil for anything else, and for one
-- that is long over.
function M.open(shop, token)
  if not token then return nil end
  for use, after_ms in pairs { checkout = SHOWN_MS, ["return"] = 0 } do
    local content = shop.sealer:open(use, token)
    if content then
      content.use = use
      return shop.clock() < content.ends + after_ms and content or nil
    end
  end
  return nil
end

local function language(shop, request, content)
  local asked = input.query(request).lang
  if words_of.known[asked] then return asked end
  return input.language(request, words_of.known, content and content.language or shop.language)
end

local MARKS = {
  good = '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5">'
    .. '<circle cx="12" cy="12" r="10"/><path d="m7 12.5 3.5 3.5L17 9"/></svg>',
  bad = '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5">'
    .. '<circle cx="12" cy="12" r="10"/><path d="M12 6.5v7M12 16v2"/></svg>',
}

local function heading(mark, text)
  return ('<h2 class="state %s">%s<span>%s</span></h2>'):format(mark, MARKS[mark] or "", frame.escape(text))
end

local function simple(shop, status, words, title, hint)
  local body = fill("<h1>{title}</h1>", { title = title }) .. fill('<p class="soft">{hint}</p>', { hint = hint })
  if shop.shop_url then
    body = body .. fill('<p class="links"><a href="{url}">{back}</a></p>', { url = shop.shop_url, back = words.back })
  end
  return shop.frame:page(status, words, { title = title, body = body })
end

--- The one answer to a wrong token and to an order that is not there.
function M.absent(shop, request)
  local words = words_of[language(shop, request)]
  return simple(shop, 404, words, words.absent, words.absent_hint)
end

--- The answer where the ledger does not.
function M.failing(shop, request)
  local words = words_of[language(shop, request)]
  local answer = simple(shop, 503, words, words.failing, words.failing_hint)
  answer.headers["retry-after"] = "5"
  return answer
end

--- The answer to a sender who asks too often.
function M.busy(shop, request)
  local words = words_of[language(shop, request)]
  local answer = simple(shop, 429, words, words.problem_busy, "")
  answer.headers["retry-after"] = "30"
  return answer
end

local FORM = [[<form method="post" action="{action}"><input type="hidden" name="form" value="{proof}">
<fieldset><legend>{choose}</legend>
{{rows}}</fieldset><button>{pay} {amount} {currency}</button></form>]]
local ROW = [[<label><input type="radio" name="way" value="{value}" required{{checked}}><span>{label}</span></label>
]]

local function form(view)
  local words, rows = view.words, {}
  for place, one in ipairs(view.offers) do
    local checked = (view.chosen or view.offers[1].value) == one.value and " checked" or ""
    rows[place] = fill(ROW, { value = one.value, label = one.label, checked = checked })
  end
  if #rows == 0 then
    return fill('<p class="note" role="alert">{none}</p>', { none = view.passes and words.none_now or words.none })
  end
  return fill(FORM, { action = "?lang=" .. view.language, proof = view.proof, choose = words.choose, pay = words.pay,
    rows = table.concat(rows), amount = view.content.amount, currency = view.content.currency })
end

local WAIT = [[<p class="wait" role="status"><i aria-hidden="true"></i><span>{waiting}</span></p>
<noscript><p class="links"><a href="">{check}</a></p><p class="soft small">{check_hint}</p></noscript>]]

local actions = {}

function actions.redirect(_, view, action)
  if not amounts.is_address(action.url) then return "" end
  return fill('<a class="go" href="{url}">{go}</a><p class="soft">{hint}</p>',
    { url = action.url, go = view.words.go, hint = view.going and view.words.going or view.words.go_hint })
end

function actions.qr(_, view, action)
  local code = type(action.data) == "string" and qr(action.data)
  if not code then return "" end
  local svg = code.svg:gsub('aria%-label="[^"]*"', ('aria-label="%s"'):format(view.words.code_name))
  local last = view.payment.attempts[#view.payment.attempts]
  return fill('<h2>{title}</h2><div class="code">{{svg}}</div><p class="soft">{hint}</p>',
    { title = view.words["scan_" .. (view.method or (last and last.variant) or "")] or view.words.scan,
      svg = svg, hint = view.words.scan_hint })
end

function actions.jsapi(_, view, action)
  local parameters = json.encode(action.parameters or {})
  if not parameters then return "" end
  -- no other browser has the bridge
  if view.device ~= "wechat" then return fill('<p class="note">{jsapi_elsewhere}</p>', view.words) end
  return fill('<button type="button" data-jsapi="{parameters}" hidden>{jsapi}</button><p class="soft">{jsapi_hint}</p>'
    .. '<noscript><p class="note">{jsapi_script}</p></noscript>', { parameters = parameters, jsapi = view.words.jsapi,
    jsapi_hint = view.words.jsapi_hint, jsapi_script = view.words.jsapi_script })
end

local stages = {}

function stages.choose(_, view) return form(view) end

-- What a payer has to know who would rather pay in another way.
local function other_way(shop, view)
  local ends = view.payment.expires_ms
  local left = ends and math.ceil((ends - shop.clock()) / 60000)
  if not left or left < 1 then return "" end
  local minutes = view.words.minutes:gsub("{minutes}", ("%d"):format(left))
  return fill('<p class="soft small">{minutes}{other}</p>', { minutes = minutes,
    other = ends < view.content.ends and view.words.other_later or view.words.other_never })
end

function stages.action(shop, view)
  local action = view.payment.action
  local kind = action.data and "qr" or action.parameters and "jsapi" or "redirect"
  return actions[kind](shop, view, action) .. fill(WAIT, view.words) .. other_way(shop, view)
end

function stages.waiting(_, view)
  return fill("<h2>{working}</h2><p class=\"soft\">{working_hint}</p>", view.words) .. fill(WAIT, view.words)
end

function stages.paid(_, view)
  local back = view.payment.refunded
  local given = back and not back:is_zero() and fill("<p>{refunded} {amount} {currency}</p>",
    { refunded = view.words.refunded, amount = back:format(), currency = back:currency() }) or ""
  return heading("good", view.words.paid) .. fill('<p class="soft">{paid_hint}</p>', view.words) .. given
end

for _, name in ipairs { "failed", "canceled", "expired" } do
  stages[name] = function(_, view)
    local hint = fill('<p class="soft">{hint}</p>', { hint = view.words[name .. "_hint"] })
    local may_pay = stage.is_open(name) and not view.is_over
    return heading("bad", view.words[name]) .. hint .. (may_pay and form(view) or "")
  end
end

local HEAD = [[<h1>{title}</h1>
<p class="price">{amount} <small>{currency}</small></p><p class="soft small">{word} <bdi>{order}</bdi></p>]]

local function links(shop, view)
  local params = view.content.params or {}
  local back = view.stage == "paid" and params.return_url or params.cancel_url or shop.shop_url or params.return_url
  if not amounts.is_address(back) then return "" end
  local word = stage.is_open(view.stage) and not view.is_over and view.words.cancel or view.words.back
  if view.stage == "paid" then
    return fill('<a class="go" href="{url}">{word}</a>', { url = back, word = word })
  end
  return fill('<p class="links"><a href="{url}">{word}</a></p>', { url = back, word = word })
end

-- What a browser without scripts does by itself: ask again, or go on to the provider's page.
local function meta(view)
  local action = view.stage == "action" and view.payment.action
  if view.going and action and amounts.is_address(action.url) then
    return fill('<meta http-equiv="refresh" content="0;url={url}">', { url = action.url })
  end
  if stage.is_final(view.stage) then return "" end
  return '<noscript><meta http-equiv="refresh" content="5"></noscript>'
end

local function body_of(shop, view)
  local words, content = view.words, view.content
  local description = (content.params or {}).description
  local parts = { fill(HEAD, { title = description or words.order .. " " .. content.order,
    amount = content.amount, currency = content.currency, word = words.order, order = content.order }) }
  if content.subscription and view.stage ~= "paid" then
    parts[#parts + 1] = fill('<p class="soft small">{plan}</p>', words)
  end
  local problem = view.problem and words["problem_" .. view.problem] or view.was_returned and words.returned
  if problem then parts[#parts + 1] = fill('<p class="note" role="alert">{problem}</p>', { problem = problem }) end
  if view.stage == "choose" and view.is_over then
    parts[#parts + 1] = heading("bad", words.over) .. fill('<p class="soft">{over_hint}</p>', words)
  else
    parts[#parts + 1] = stages[view.stage](shop, view)
  end
  parts[#parts + 1] = links(shop, view)
  return table.concat(parts, "\n")
end

local titles = { choose = "choose", action = "go", waiting = "working" }

--- The page of an order: `about` = { token =, content =, payment =, offers = (all that fit), passes = (whether there
-- may be some later), proof =, status =, problem =, chosen =, headers = }.
function M.show(shop, request, about)
  local query = input.query(request)
  local tongue = language(shop, request, about.content)
  local words = words_of[tongue]
  local now, device = stage.of(about.payment), input.device(request)
  local is_over = about.content.use == "return" or shop.clock() >= about.content.ends
  local view = { words = words, language = tongue, content = about.content, payment = about.payment, stage = now,
    device = device, proof = about.proof, problem = about.problem, chosen = about.chosen, is_over = is_over,
    method = about.method, passes = about.passes,
    was_returned = query.returned == "1" and not stage.is_final(now) and now ~= "waiting",
    going = query.go == "1" and not about.problem,
    offers = offers.labelled(offers.on(about.offers or {}, device), shop.labels, tongue, words) }
  local data = { stage = stage.name(about.payment) }
  if not stage.is_final(now) then data.status = shop.path .. "/status/" .. about.token end
  local title = view.stage == "choose" and is_over and words.over or words[titles[now] or now]
  local status = about.status or (is_over and now == "choose" and 410) or 200
  return shop.frame:page(status, words, { title = title, body = body_of(shop, view), data = data, meta = meta(view),
    headers = about.headers })
end

return M
