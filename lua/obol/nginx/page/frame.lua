--- The frame of every page: head, policy, the merchant's name. A page loads nothing: style and script
-- stand in it, named by their hashes, and so does the logo.

local crypto = require "obol.crypto"
local reply = require "obol.nginx.reply"
local script = require "obol.nginx.page.script"
local style = require "obol.nginx.page.style"

local M = {}
local Frame = {}
Frame.__index = Frame

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Text as HTML, in an element or in a quoted attribute. Control characters become blanks.
function M.escape(value)
  if value == nil then return "" end
  return (tostring(value):gsub("[%c\127]", " "):gsub("[&<>\"']", entities))
end

--- Fills `{name}` in a template with escaped values, `{{name}}` with ready HTML, in one pass, so that
-- what a value holds is never read as a template.
function M.fill(template, values)
  return (template:gsub("({+)([%w_]+)}+", function(braces, name)
    if braces == "{{" then return values[name] or "" end
    return M.escape(values[name])
  end))
end

local function hash(text) return "'sha256-" .. crypto.base64(crypto.digest("sha256", text)) .. "'" end

local PAGE = [[<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><title>{title}</title>
<link rel="icon" href="{icon}">
{{meta}}<style>{{css}}</style></head>
<body{{data}}><main>
<header>{{logo}}<span>{name}</span></header>
{{body}}</main>
<footer><a href="{switch}" lang="{other_lang}" hreflang="{other_lang}">{other_name}</a></footer>{{script}}</body></html>
]]

-- In the page itself, so that no browser asks for one.
local ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
  .. "%3Ccircle cx='4' cy='4' r='3' fill='%23888'/%3E%3C/svg%3E"

--- A frame for a theme: `name`, `accent` (`#rrggbb`), `logo` (a data URI, or nil).
function M.new(theme)
  local css = style.css(theme.accent)
  local policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
    .. "connect-src 'self'; img-src data:; style-src " .. hash(css) .. "; script-src " .. hash(script)
  return setmetatable({ theme = theme, css = css, policy = policy }, Frame)
end

--- A page: `words` of its language; `about` = { title =, body = (ready HTML), data = (attributes of
-- the body, escaped here), meta = (ready HTML), headers = }.
function Frame:page(status, words, about)
  local data = {}
  for name, value in pairs(about.data or {}) do data[#data + 1] = (' data-%s="%s"'):format(name, M.escape(value)) end
  table.sort(data)
  local theme = self.theme
  local values = { lang = words.lang, title = about.title .. " - " .. theme.name, icon = ICON, meta = about.meta,
    css = self.css, data = table.concat(data), name = theme.name, body = about.body,
    logo = theme.logo and M.fill('<img src="{logo}" alt="">', theme) or "",
    switch = "?lang=" .. words.other, other_lang = words.other_lang, other_name = words.other_name,
    script = "<script>" .. script .. "</script>" }
  local headers = { ["content-type"] = "text/html; charset=utf-8", ["content-security-policy"] = self.policy,
    ["content-language"] = words.lang, vary = "accept-language, cookie, user-agent",
    ["permissions-policy"] = "camera=(), geolocation=(), microphone=()" }
  for name, value in pairs(about.headers or {}) do headers[name] = value end
  return reply.make(status, headers, M.fill(PAGE, values))
end

return M
