--- AppWheel's request signature, checked in six steps. Every failure is the same answer.

local crypto = require "obol.crypto"

local M = {}

local WINDOW_MS, REPLAY_MS = 300000, 600000
local needed = { "x-request-appid", "x-request-platform", "x-request-timestamp", "x-request-nonce",
  "x-request-uri", "authorization" }

--- The canonical text of a request.
function M.input(timestamp, nonce, method, uri, body)
  local hash = ""
  if method ~= "GET" and #body > 0 then hash = crypto.hex(crypto.digest("md5", body)) end
  local text = timestamp .. "\n" .. nonce .. "\n" .. method .. " " .. uri .. "\n" .. hash
  return (text:gsub("%u", string.lower))
end

--- The signature of canonical text as 64 lower-case hex digits.
function M.make(secret, input)
  return crypto.hex(crypto.hmac("sha256", secret, input))
end

-- Triples seen, in a queue `first..last` so that old ones are let go.
local function forget_old(seen, now)
  while seen.first <= seen.last and seen[seen.first].at < now - REPLAY_MS do
    seen.keys[seen[seen.first].key] = nil
    seen[seen.first] = nil
    seen.first = seen.first + 1
  end
end

-- A caller may live on the machine's clock or on the sandbox's.
local function in_time(app, timestamp, skew)
  local said = tonumber(timestamp) * 1000
  for _, now in ipairs{ app.clock:wall(), app.clock:now() } do
    -- The stamp is a whole second, so up to a second of it is rounding.
    if math.abs(math.floor((now + skew) / 1000) * 1000 - said) <= WINDOW_MS then return true end
  end
  return false
end

--- Checks a request. `skew` (ms) is added to the server's clock; `untimed` leaves the clock out.
-- True, or false and which step refused (for the sandbox's own eyes).
function M.check(app, request, skew, untimed)
  local headers = request.headers
  for _, name in ipairs(needed) do
    if not headers[name] or headers[name] == "" then return false, 1 end
  end
  local timestamp, nonce = headers["x-request-timestamp"], headers["x-request-nonce"]
  if not timestamp:find("^%d+$") then return false, 1 end
  if headers["x-request-appid"] ~= app.app_id or headers["x-request-platform"] ~= app.platform then
    return false, 2
  end
  if headers["x-request-uri"] ~= request.target then return false, 3 end
  if not untimed and not in_time(app, timestamp, skew) then return false, 4 end
  local input = M.input(timestamp, nonce, request.method, request.target, request.body)
  local given = headers.authorization:match("^Signature ([0-9a-f]+)$") or ""
  if #given ~= 64 or not crypto.equal(M.make(app.secret, input), given) then return false, 5 end
  local now = app.clock:wall()
  local seen = app.seen
  forget_old(seen, now)
  local key = app.app_id .. "\n" .. nonce .. "\n" .. given
  if seen.keys[key] then return false, 6 end
  seen.keys[key] = true
  seen.last = seen.last + 1
  seen[seen.last] = { key = key, at = now }
  return true
end

return M
