--- Small helpers on text that the simulators share. Everything runs alike on Lua 5.4 and LuaJIT.

local M = {}

local byte, char, format = string.byte, string.char, string.format

--- Writes an integer (also one held in a float) as decimal digits.
function M.integer(value)
  return format("%d", value)
end

-- The length of the UTF-8 sequence that starts at `at`, or nil where there is none (overlong forms,
-- surrogates and code points beyond U+10FFFF are none).
local function sequence(text, at)
  local a, b, c, d = byte(text, at, at + 3)
  local function tail(value, low, high)
    return value and value >= (low or 0x80) and value <= (high or 0xBF)
  end
  if a < 0x80 then return 1 end
  if a >= 0xC2 and a <= 0xDF then return tail(b) and 2 end
  if a >= 0xE0 and a <= 0xEF then
    local low, high = a == 0xE0 and 0xA0 or 0x80, a == 0xED and 0x9F or 0xBF
    return tail(b, low, high) and tail(c) and 3
  end
  if a >= 0xF0 and a <= 0xF4 then
    local low, high = a == 0xF0 and 0x90 or 0x80, a == 0xF4 and 0x8F or 0xBF
    return tail(b, low, high) and tail(c) and tail(d) and 4
  end
  return nil
end

--- Counts the characters of UTF-8 text; nil where the text is not UTF-8.
function M.utf8_length(text)
  if not text:find("[\128-\255]") then return #text end
  local at, count, size = 1, 0, #text
  while at <= size do
    local step = sequence(text, at)
    if not step then return nil end
    at, count = at + step, count + 1
  end
  return count
end

--- Writes one code point as UTF-8.
function M.utf8_char(code)
  local floor = math.floor
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xC0 + floor(code / 0x40), 0x80 + code % 0x40) end
  if code < 0x10000 then
    return char(0xE0 + floor(code / 0x1000), 0x80 + floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
  end
  return char(0xF0 + floor(code / 0x40000), 0x80 + floor(code / 0x1000) % 0x40,
    0x80 + floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
end

--- Undoes percent encoding; nil where a `%` is not followed by two hex digits.
function M.unpercent(text)
  if text:gsub("%%%x%x", ""):find("%", 1, true) then return nil end
  return (text:gsub("%%(%x%x)", function(hex) return char(tonumber(hex, 16)) end))
end

--- Percent-encodes everything outside `A-Za-z0-9-._~`.
function M.percent(text)
  return (text:gsub("[^%w%-%._~]", function(c) return format("%%%02X", byte(c)) end))
end

--- Reads an `application/x-www-form-urlencoded` body into a table of texts (the last one wins).
function M.form(body)
  local out = {}
  for pair in (body or ""):gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = M.unpercent((name:gsub("%+", " "))), M.unpercent((value:gsub("%+", " ")))
    if name and value then out[name] = value end
  end
  return out
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Escapes text for HTML, in element content and in quoted attributes.
function M.html(value)
  return (tostring(value):gsub("[&<>\"']", entities))
end

--- Splits a URL into scheme, authority and target (path and query; the fragment is left off).
-- nil where it is not an absolute `scheme://authority` URL.
function M.split_url(url)
  local scheme, authority, rest = url:match("^(%a[%w+.-]*)://([^/?#]*)([^#]*)")
  if not scheme then return nil end
  if rest:sub(1, 1) ~= "/" then rest = "/" .. rest end
  return scheme:lower(), authority:lower(), rest
end

local unsafe = { javascript = true, data = true, vbscript = true, file = true, blob = true, about = true }

--- Whether a browser may be sent to this URL: http, https or an app's own scheme, at most 2048
-- bytes, no spaces or control characters.
function M.is_redirect_url(url)
  if #url > 2048 or url:find("[%z\1-\32\127]") then return false end
  local scheme, rest = url:match("^(%a[%w+.-]*):(.+)$")
  if not scheme or unsafe[scheme:lower()] then return false end
  scheme = scheme:lower()
  if scheme == "http" or scheme == "https" then return rest:find("^//[^/?#]") ~= nil end
  return true
end

return M
