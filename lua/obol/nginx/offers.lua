--- The ways to pay that an order is offered: what the accounts can do, as the device makes sense of it.

local core = require "obol.core"

local M = {}

-- Where a method belongs; what is not named here is offered everywhere. A form for cards is not: card
-- data is entered at the provider's page.
local places = {
  wechat_qr = { desktop = true }, qq_qr = { desktop = true, phone = true, wechat = true },
  alipay_page = { desktop = true }, alipay_h5 = { phone = true }, wechat_h5 = { phone = true },
  wechat_jsapi = { wechat = true }, card = {},
}
-- What stands in where nothing else of that wallet fits the device.
local instead = { wechat_qr = { "wechat_h5", "wechat_jsapi" }, alipay_page = { "alipay_h5" } }
local order = { "wechat_jsapi", "wechat_h5", "wechat_qr", "alipay_h5", "alipay_page", "qq_qr", "checkout", "game" }

local rank = {}
for place, name in ipairs(order) do rank[name] = place end

local function copied(params, method)
  local out = {}
  for key, value in pairs(params) do out[key] = value end
  out.method = method
  return out
end

local function set_of(list)
  if type(list) ~= "table" then return nil end
  local set = {}
  for _, name in ipairs(list) do set[name] = true end
  return set
end

local function methods_of(provider)
  local described = core.describe(provider)
  return described and described.methods or {}
end

-- Whether a page may offer the method at all.
local function may_offer(method, only, wanted)
  return method ~= "card" and (method ~= "wechat_jsapi" or only.payer) and (not wanted or wanted[method])
end

-- Every account with each method of its provider, as the payer should see them: { account =, provider =,
-- method = }; where rules choose the account, each method once, and true.
local function candidates(pay, params, only)
  local list, seen = {}, {}
  local plain = pay:explain(copied(params, nil), { account = only.account, operation = only.operation })
  local ruled = plain ~= nil and plain.rules ~= nil
  for _, entry in ipairs(plain and plain.accounts or {}) do
    for _, method in ipairs(methods_of(entry.provider)) do
      if not ruled or not seen[method] then
        list[#list + 1] = { account = entry.account, provider = entry.provider, method = method }
      end
      seen[method] = true
    end
  end
  table.sort(list, function(one, two)
    local first, second = rank[one.method] or 99, rank[two.method] or 99
    if first ~= second then return first < second end
    if one.method ~= two.method then return one.method < two.method end
    return one.account < two.account
  end)
  return list, ruled
end

-- The offer of a method that the rules take, with the account that they would choose now; nil where none takes it, and
-- whether one may later.
local function by_rules(pay, params, only, method)
  local seen = pay:explain(copied(params, method), { operation = only.operation, token = only.payer })
  for _, entry in ipairs(seen and seen.account and seen.accounts or {}) do
    if entry.account == seen.account and not entry.problem then
      return { account = entry.account, provider = entry.provider, method = method, ruled = true }
    end
  end
  return nil, seen and seen.error and seen.error.retryable
end

local function by_account(pay, params, only, one)
  local seen = pay:explain(copied(params, one.method),
    { account = one.account, operation = only.operation, token = only.payer })
  local entry = seen and seen.accounts[1]
  return entry and entry.fits and not entry.problem and one or nil
end

--- Every account and method that can take the order: a list of `{ account =, method =, provider =, ruled = }`. Where
-- the configuration has rules and no account is named, they choose the account of each method, then and again when
-- it is paid: `ruled` is true. Then, whether there may be more of them later, when a limit or a maintenance is over.
-- `only` = { account =, operation =, methods = (a list), payer = (the payer's token, an obol.secret) }.
function M.all(pay, params, only)
  local wanted, found, passes = set_of(only.methods), {}, false
  local list, ruled = candidates(pay, params, only)
  for _, one in ipairs(list) do
    if may_offer(one.method, only, wanted) then
      local offer, later
      if ruled then offer, later = by_rules(pay, params, only, one.method) end
      if not ruled then offer = by_account(pay, params, only, one) end
      found[#found + 1], passes = offer, passes or later == true
    end
  end
  return found, passes
end

-- What an account has against the order, without its name, and how many things that are.
local function told(entry)
  local problem, name = entry.problem, entry.account .. ": "
  if not problem then
    local reason = entry.reason
    if reason and reason:sub(1, #name) == name then reason = reason:sub(#name + 1) end
    return reason, reason and 1 or 0
  end
  if not problem.fields then return (problem.field and problem.field .. ": " or "") .. problem.message, 1 end
  local parts = {}
  for place, one in ipairs(problem.fields) do parts[place] = one.field .. ": " .. one.message end
  return table.concat(parts, "; "), #parts
end

--- What each account of pay:explain's list `entries` has against the order: a list of
-- `{ field = (its name), message = }`. `only` is that of `all`. Told is what is wrong with
-- the method with which least is: the payer would choose it.
function M.against(pay, params, only, entries)
  local wanted, list = set_of(only.methods), {}
  for place, entry in ipairs(entries) do
    local text, least
    for _, method in ipairs(methods_of(entry.provider)) do
      if may_offer(method, only, wanted) then
        local seen = pay:explain(copied(params, method),
          { account = entry.account, operation = only.operation, token = only.payer })
        local message, count = told(seen and seen.accounts[1] or entry)
        if not least or count < least then text, least = message, count end
      end
    end
    if not least then text = "none of its methods can be chosen on a page" end
    list[place] = { field = entry.account, message = text or "no rule leads to it" }
  end
  return list
end

--- How the page's form names an offer: an account's name never begins with a star.
function M.value(one) return (one.ruled and "*" or one.account) .. "/" .. one.method end

--- Those of the list that make sense on the device (`desktop`, `phone`, `wechat`); all of them where none
-- would be left.
function M.on(list, device)
  local here, there = {}, {}
  for _, one in ipairs(list) do
    if not places[one.method] or places[one.method][device] then there[one.method] = true end
  end
  for _, one in ipairs(list) do
    local stands_in = instead[one.method] ~= nil
    for _, better in ipairs(instead[one.method] or {}) do stands_in = stands_in and not there[better] end
    if there[one.method] or stands_in then here[#here + 1] = one end
  end
  return #here > 0 and here or list
end

local function text_of(label, language)
  if type(label) == "table" then return label[language] or label.en or label.zh end
  return label
end

--- What the payer reads of an offer: the merchant's label of `account/method`, `account` or `method`, or
-- the usual words.
function M.label(one, labels, language, words)
  local own = labels[one.account .. "/" .. one.method] or labels[one.account] or labels[one.method]
  -- the account may be another one when it is paid
  if one.ruled then own = labels[one.method] or own end
  return text_of(own, language) or words.methods[one.method] or one.method
end

--- The list with its labels, each label once: the payer sees no difference between two that read alike.
function M.labelled(list, labels, language, words)
  local seen, out = {}, {}
  for _, one in ipairs(list) do
    local label = M.label(one, labels, language, words)
    if not seen[label] then
      seen[label] = true
      out[#out + 1] = { account = one.account, method = one.method, label = label,
        value = M.value(one) }
    end
  end
  return out
end

return M
