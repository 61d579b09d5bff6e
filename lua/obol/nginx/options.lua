--- The limits of the handlers, each an integer of 1 or more under this name in the option `limits`; in brackets
-- what holds without it. One sender is one address.
--
-- - `notify_body` (262144): bytes of a notification; `notify_each` (50): notifications a second of one sender for one
--   account; `notify_all` (400): of all senders for one account. One counts once for each 4 KiB that it has begun
-- - `create_body` (65536): bytes of an order from the merchant's server; `create_each` (600): calls a minute of one
--   sender; `key_failures` (20): wrong API keys a minute of one sender
-- - `form_body` (4096): bytes of the checkout's form; `form_each` (60): forms a minute of one sender; `form_order`
--   (12): forms a minute for one order; `return_body` (65536): bytes that a provider's page may send along with the
--   browser that it sends back
-- - `page_each` (3000): pages and states a minute of one sender; `streams` (2000): live connections of one worker;
--   `stream_s` (240): seconds that one of them lasts at most

local background = require "obol.nginx.background"
local core = require "obol.core"
local crypto = require "obol.crypto"
local dict = require "obol.shared"
local errors = require "obol.error"
local keys = require "obol.nginx.keys"
local reloading = require "obol.nginx.reloading"
local token = require "obol.nginx.token"
local words = require "obol.nginx.page.words"

local M = {}

local known = { url = true, secret = true, keys = true, dict = true, numbers = true, theme = true, language = true,
  labels = true, limits = true, shop_url = true, clock = true, background = true,
  reload = true }
local theme_known = { name = true, accent = true, logo = true }

-- The limits, described above.
M.limits = {
  notify_body = 256 * 1024, notify_each = 50, notify_all = 400, create_body = 64 * 1024, create_each = 600,
  key_failures = 20, form_body = 4096, form_each = 60, form_order = 12, return_body = 64 * 1024, page_each = 3000,
  streams = 2000, stream_s = 240,
}

local function is_secret(value)
  return (type(value) == "string" or type(value) == "userdata" and tostring(value) == "[secret]") and #value or nil
end

local function secrets(given, least, path, problem)
  local list = (type(given) == "table") and given or { given }
  local found, count = {}, 0
  for name, one in pairs(list) do
    count = count + 1
    local size = is_secret(one)
    if not size or size < least then problem(path, ("expected secrets of %d bytes or more"):format(least)) end
    found[name] = one
  end
  return found, count
end

local function check_url(text, path, problem)
  local url = type(text) == "string" and not text:find("[%c ]") and core.url.parse(text)
  local fine = url and not url.query and not url.fragment and (url.scheme == "https" or url.scheme == "http")
  if not fine then return problem(path, "expected an http or https address without query and fragment") end
  if url.scheme == "http" and not url.loopback then return problem(path, "expected https beyond this machine") end
  return url
end

local function check_theme(given, problem)
  local theme = { name = "Checkout", accent = "#1f4fd1" }
  if type(given) ~= "table" then
    problem("theme", "expected a table")
    return theme
  end
  for key in pairs(given) do
    if not theme_known[key] then problem("theme." .. tostring(key), "expected name, accent or logo") end
  end
  if given.name ~= nil and (type(given.name) ~= "string" or #given.name > 64) then
    problem("theme.name", "expected text of at most 64 bytes")
  elseif given.name then
    theme.name = given.name
  end
  if given.accent ~= nil and not tostring(given.accent):find("^#%x%x%x%x%x%x$") then
    problem("theme.accent", "expected a colour as #rrggbb")
  elseif given.accent then
    theme.accent = given.accent
  end
  local logo = given.logo
  if logo ~= nil and not (type(logo) == "string" and #logo <= 24 * 1024
      and logo:find("^data:image/[%w+.-]+;base64,[%w+/]+=*$")) then
    problem("theme.logo", "expected a data URI of an image in base64, of at most 24 KiB")
  else
    theme.logo = logo
  end
  return theme
end

local function check_limits(given, problem)
  local limits = {}
  for name, value in pairs(M.limits) do limits[name] = value end
  for name, value in pairs(type(given) == "table" and given or {}) do
    if not M.limits[name] then
      problem("limits." .. tostring(name), "expected a known limit")
    elseif type(value) ~= "number" or value % 1 ~= 0 or value < 1 or value > 2 ^ 31 then
      problem("limits." .. name, "expected an integer of 1 or more")
    else
      limits[name] = value
    end
  end
  if type(given) ~= "table" then problem("limits", "expected a table") end
  return limits
end

-- The settings of the background work; nil for none.
local function check_background(given, problem)
  if given == false then return nil end
  local settings = {}
  for name, value in pairs(background.preset) do settings[name] = value end
  if given ~= nil and type(given) ~= "table" then problem("background", "expected a table or false") end
  for name, value in pairs(type(given) == "table" and given or {}) do
    if not settings[name] then
      problem("background." .. tostring(name), "expected every_s or limit")
    elseif type(value) ~= "number" or value < (name == "limit" and 1 or 0.1) or value > 86400
      or (name == "limit" and value % 1 ~= 0) then
      problem("background." .. name, name == "limit" and "expected an integer from 1 to 86400"
        or "expected seconds from 0.1 to 86400")
    else
      settings[name] = value
    end
  end
  return settings
end

-- The settings of taking up changed scripts; nil for none.
local function check_reload(given, problem)
  if given == false then return nil end
  local settings = { every_s = reloading.preset.every_s, watch = given ~= nil }
  if given ~= nil and type(given) ~= "table" then problem("reload", "expected a table or false") end
  for name, value in pairs(type(given) == "table" and given or {}) do
    if name == "every_s" then
      if type(value) ~= "number" or value < 0.1 or value > 86400 then
        problem("reload.every_s", "expected seconds from 0.1 to 86400")
      end
    elseif name ~= "watch" then
      problem("reload." .. tostring(name), "expected every_s or watch")
    elseif type(value) ~= "boolean" then
      problem("reload.watch", "expected true or false")
    end
    settings[name] = value
  end
  return settings
end

-- A label is a text for all languages, or a table with one for each.
local function check_labels(given, problem)
  if type(given) ~= "table" then
    problem("labels", "expected a table")
    return {}
  end
  for name, label in pairs(given) do
    local fine = type(label) == "string" or type(label) == "table"
    for language, text in pairs(type(label) == "table" and label or {}) do
      fine = fine and words.known[language] and type(text) == "string"
    end
    if not fine then problem("labels." .. tostring(name), "expected text, or { en = text, zh = text }") end
  end
  return given
end

local function keys_of(given, problem)
  local found = secrets(given, 16, "keys", problem)
  local list = {}
  for _, one in pairs(found) do
    list[#list + 1] = one
    if is_secret(one) and not keys.is_key(one) then
      problem("keys", "expected visible characters, without a line's end, 512 at most")
    end
  end
  return list
end

--- Checks: the settings, or nil and an error of kind `invalid` with all mistakes in `fields`.
function M.check(given)
  local problems = {}
  local function problem(field, message) problems[#problems + 1] = { field = field, message = message } end
  for key in pairs(given) do
    if not known[key] then problem(tostring(key), "expected a known option") end
  end
  local url = check_url(given.url, "url", problem)
  local secret, count = secrets(given.secret, 32, "secret", problem)
  if count == 0 then problem("secret", "expected a secret, or a list of them, newest first") end
  local store = dict.open(given.dict, type(given.clock) == "function" and given.clock or nil)
  if not store then problem("dict", "expected the name of a lua_shared_dict") end
  local numbers = given.numbers ~= nil and dict.open(given.numbers) or store
  if given.numbers ~= nil and not dict.open(given.numbers) then
    problem("numbers", "expected the name of a lua_shared_dict")
  end
  if given.language ~= nil and not words.known[given.language] then problem("language", "expected en or zh") end
  if given.shop_url ~= nil then check_url(given.shop_url, "shop_url", problem) end
  if given.clock ~= nil and type(given.clock) ~= "function" then problem("clock", "expected a function") end
  local settings = {
    theme = check_theme(given.theme or {}, problem), limits = check_limits(given.limits or {}, problem),
    labels = check_labels(given.labels or {}, problem), keys = keys_of(given.keys or {}, problem),
    dict = store, numbers = numbers, language = given.language or "en", shop_url = given.shop_url,
    clock = given.clock or core.clock_ms, background = check_background(given.background, problem),
    reload = check_reload(given.reload, problem),
  }
  if #problems > 0 then
    table.sort(problems, function(a, b) return a.field < b.field end)
    return nil, errors.new { kind = "invalid", message = "the options cannot be used", fields = problems }
  end
  settings.url = given.url:gsub("/+$", "")
  settings.origin = given.url:match("^%a+://[^/]+")
  settings.path = url.path:gsub("/+$", "")
  settings.secure = url.scheme == "https"
  -- orders of another shop that shares the dict may bear the same names
  settings.dict = dict.part(store, crypto.hex(crypto.digest("sha256", settings.url):sub(1, 6)))
  settings.sealer = token.new(secret)
  return settings
end

return M
