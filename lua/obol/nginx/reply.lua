--- Responses: tables of `status`, `headers` (lower-case names) and `body`, or `stream`, a function that
-- writes as it goes. Whatever a caller or a provider had a hand in passes `headers` first, so that no
-- value can end its line.

local json = require "obol.json"

local M = {}

-- What every response carries. Nothing here may be kept by a cache or guessed at by a browser. Where the browser goes
-- next, also in the shop, is told which host it was on, without which WeChat opens no payment (wechat_h5), and not the
-- address: a Referer goes into logs, and whoever has the address of a payer's page can open it.
local COMMON = {
  ["cache-control"] = "no-store", ["x-content-type-options"] = "nosniff", ["x-frame-options"] = "DENY",
  ["referrer-policy"] = "strict-origin", ["cross-origin-resource-policy"] = "same-origin",
}

local function is_value(value)
  local kind = type(value)
  return (kind == "string" or kind == "number") and not tostring(value):find("[%c\127]")
end

--- The headers that can be sent as they are: no other names than tokens, no value with a control
-- character. A list stays a list.
function M.headers(given)
  local out = {}
  for name, value in pairs(given or {}) do
    local list, fine = type(value) == "table" and value or { value }, true
    for _, one in ipairs(list) do fine = fine and is_value(one) end
    if type(name) == "string" and name:find("^[%w!#$%%&'*+.^_`|~-]+$") and fine then out[name:lower()] = value end
  end
  return out
end

--- A response with the headers that all of ours have, and `headers`.
function M.make(status, headers, body)
  local all = {}
  for name, value in pairs(COMMON) do all[name] = value end
  for name, value in pairs(M.headers(headers)) do all[name] = value end
  return { status = status, headers = all, body = body or "" }
end

--- Text for people with a terminal, and for monitors.
function M.text(status, body, headers)
  local all = { ["content-type"] = "text/plain; charset=utf-8" }
  for name, value in pairs(headers or {}) do all[name] = value end
  return M.make(status, all, body)
end

--- A value as JSON.
function M.json(status, value, headers)
  local all = { ["content-type"] = "application/json" }
  for name, text in pairs(headers or {}) do all[name] = text end
  return M.make(status, all, json.encode(value) or "{}")
end

local titles = {
  [400] = "Bad request", [401] = "Unauthorized", [402] = "Payment declined", [404] = "Not found",
  [405] = "Method not allowed", [409] = "Conflict", [413] = "Content too large", [415] = "Unsupported media type",
  [422] = "Unprocessable content", [429] = "Too many requests", [500] = "Internal server error",
  [502] = "Bad gateway", [503] = "Service unavailable", [504] = "Gateway timeout",
}

--- A problem as RFC 9457 writes it: `detail` says what was expected, `more` holds further members
-- (`errors`, `kind`), `headers` further headers.
function M.problem(status, detail, more, headers)
  local body = { type = "about:blank", title = titles[status] or "Problem", status = status, detail = detail }
  for name, value in pairs(more or {}) do body[name] = value end
  local all = { ["content-type"] = "application/problem+json" }
  for name, value in pairs(headers or {}) do all[name] = value end
  return M.make(status, all, json.encode(body))
end

--- Sends the browser to `url` by GET. Answers nil where that is no value of a header.
function M.see_other(url, headers)
  local all = { location = url, ["content-type"] = "text/plain; charset=utf-8" }
  for name, value in pairs(headers or {}) do all[name] = value end
  if type(url) ~= "string" or url:find("[%c\127 ]") then return nil end
  return M.make(303, all)
end

--- A method that is not served here; `allowed` names those that are.
function M.not_allowed(allowed) return M.problem(405, "expected " .. allowed, nil, { allow = allowed }) end

return M
