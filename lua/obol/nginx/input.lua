--- Reading requests: tables of `method`, `path` (as sent, nothing decoded), `query` (as sent, without
-- the question mark), `headers` (lower-case names; a repeated one is a list), `body`, `remote_addr`. Every
-- reader has a limit, and answers nil for what is beyond it or not in its form.

local core = require "obol.core"

local M = {}

--- A header's value where it comes once; nil else.
function M.header(request, name)
  local value = request.headers[name]
  return type(value) == "string" and value or nil
end

--- The media type of the body, in lower case and without parameters; "" where there is none.
function M.media_type(request)
  local value = M.header(request, "content-type") or ""
  return (value:match("^%s*([^;%s]+)") or ""):lower()
end

--- The last segment of the path, letters, digits, `_`, `-` and `.` alone, not of dots alone, of
-- at most `limit` characters.
function M.last_segment(request, limit)
  local segment = request.path:match("/([%w_.-]+)$")
  if not segment or #segment > limit or segment:find("^%.*$") then return nil end
  return segment
end

--- A form (`a=1&b=2`), also a query: a table of texts, or nil.
function M.form(text, limit)
  if type(text) ~= "string" or #text > limit then return nil end
  if text == "" then return {} end
  local ok, fields = pcall(core.form.decode, text)
  return ok and type(fields) == "table" and fields or nil
end

--- The query's parameters; {} where they cannot be read.
function M.query(request) return M.form(request.query or "", 2048) or {} end

--- The cookie of this name where it has the form of ours; nil else.
function M.cookie(request, name)
  local text = request.headers.cookie
  if type(text) == "table" then text = table.concat(text, "; ") end
  if type(text) ~= "string" or #text > 16384 then return nil end
  for pair in text:gmatch("[^;]+") do
    local found, value = pair:match("^%s*([^=%s]+)=([%w_-]+)%s*$")
    if found == name then return value end
  end
  return nil
end

--- Which of the `known` languages (a set) the browser wants most; `default` where it names none.
function M.language(request, known, default)
  local text = request.headers["accept-language"]
  if type(text) ~= "string" or #text > 1024 then return default end
  local best, weight = default, 0
  for range in text:gmatch("[^,]+") do
    local name = (range:match("^%s*([%a*]+)") or ""):lower()
    local q = tonumber(range:match(";%s*[qQ]=([%d.]+)") or "1") or 0
    if known[name] and q > weight then best, weight = name, q end
  end
  return best
end

local wechat, phone = "micromessenger", { "mobile", "android", "iphone", "ipad", "harmonyos" }

--- What the request comes from: `wechat` (WeChat's own browser), `phone` or `desktop`.
function M.device(request)
  local agent = (M.header(request, "user-agent") or ""):sub(1, 512):lower()
  if agent:find(wechat, 1, true) then return "wechat" end
  for _, word in ipairs(phone) do
    if agent:find(word, 1, true) then return "phone" end
  end
  return "desktop"
end

return M
