--- pay.notifications: what providers send by themselves.

local bucket = require "obol.client.bucket"
local fault = require "obol.client.fault"
local notice = require "obol.client.notice"

local M = {}

local MAX_BODY, MAX_URL = 1024 * 1024, 128 * 1024
-- Opening costs a signature or a decryption, which anybody can ask for.
local OPENED_BURST, OPENED_A_SECOND = 1000, 500

local function plain(status)
  return { status = status, headers = { ["content-type"] = "text/plain" }, body = "" }
end

local function acknowledge(account, kind, event)
  local ok, reply = pcall(account.acknowledge, account, kind, event)
  if ok and type(reply) == "table" then return reply end
  return plain(kind == "accepted" and 200 or kind == "later" and 503 or 400)
end

local function check(request)
  if type(request) ~= "table" then return nil, fault.invalid("notification", "expected a table") end
  local body, url = request.body, request.url
  if body == nil then body = "" end
  if type(body) ~= "string" and type(body) ~= "userdata" then
    return nil, fault.invalid("notification.body", "expected the bytes as they came")
  end
  if #body > MAX_BODY then return nil, fault.invalid("notification.body", "expected 1 MiB at most") end
  if url ~= nil and (type(url) ~= "string" or #url > MAX_URL) then
    return nil, fault.invalid("notification.url", "expected text of 128 KiB at most")
  end
  return body
end

-- The event that the account proves to be in the request; or nil and an error.
local function open(client, name, account, request)
  local ok, event, err = pcall(account.open, account, request, { time_ms = client.clock() })
  if not ok then return nil, fault.invalid("notification", "expected method, url, headers and body", name) end
  if event then return event end
  err.account = err.account or name
  return nil, err
end

local function receive(client, name, request)
  local account = type(name) == "string" and client.accounts[name]
  if not account then return plain(404), nil, fault.missing("no account has this name") end
  local body, err = check(request)
  if not body then return acknowledge(account, "refused"), nil, err end
  if not bucket.take(client, "opened/" .. name, OPENED_BURST, OPENED_A_SECOND) then
    return acknowledge(account, "later"), nil, fault.conflict("too many notifications at once", name)
  end
  local event
  event, err = open(client, name, account, request)
  if not event then return acknowledge(account, "refused"), nil, err end
  local word
  word, err = notice.handle(client, name, event, body)
  -- Whatever is not proven gets the same answer, whyever.
  if word == "refused" then return acknowledge(account, word), nil, err end
  return acknowledge(account, word, event), event, err
end

--- Takes a notification for the account `name`: request = { method =, url =, headers =, body = }, the
-- body as it came. Answers the reply to send (always), the event (nil when it was refused) and an
-- error. What the event tells is compared with what is recorded (a mismatch changes nothing) and,
-- where it has to be, confirmed by a query; a reply that asks for a later delivery comes with the
-- reason as the error. Nothing is acknowledged before it is recorded; the same one twice changes
-- nothing (`event.duplicate`).
function M.receive(client, name, request)
  local ok, reply, event, err = pcall(receive, client, name, request)
  if ok then return reply, event, err end
  return plain(500), nil, fault.invalid("notification", "expected a notification that can be handled")
end

return M
