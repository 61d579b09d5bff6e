--- pay.notifications: what providers send by themselves.

local crypto = require "obol.crypto"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local hints = require "obol.client.hints"
local log = require "obol.client.log"

local M = {}

local MAX_BODY = 1024 * 1024

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
  local body = request.body
  if body == nil then body = "" end
  if type(body) ~= "string" and type(body) ~= "userdata" then
    return nil, fault.invalid("notification.body", "expected the bytes as they came")
  end
  if #body > MAX_BODY then return nil, fault.invalid("notification.body", "expected 1 MiB at most") end
  return body
end

-- A name of the notification for telling a repeated one; nil when there is nothing to tell.
local function identity(name, event, body)
  if event.id then return name .. "/" .. event.id end
  if #body == 0 then return nil end
  return name .. "/sha256/" .. crypto.hex(crypto.digest("sha256", body))
end

local function row_of(client, name, event, id)
  return {
    id = id, account = name, type = event.type, order_id = event.order_id, provider_id = event.provider_id,
    customer_id = event.customer_id, verified_by = event.verified_by, received_ms = client.clock(),
  }
end

local function apply(client, name, event, body)
  event.account = name
  local id = identity(name, event, body)
  if not id then return "accepted" end
  local seen, err = client.ledger:apply_event(row_of(client, name, event, id))
  if not seen then return "later", err end
  event.duplicate = seen == "duplicate"
  if event.duplicate then return "accepted" end
  if exchange.is_other_mode(client, event) then
    log.alarm(client, "other_mode", { account = name, order_id = event.order_id })
    return "accepted"
  end
  hints.follow(client, name, event)
  client.ledger:finish_event(id, client.clock())
  return "accepted"
end

local function receive(client, name, request)
  local account = type(name) == "string" and client.accounts[name]
  if not account then return plain(404), nil, fault.missing("no account has this name") end
  local body, err = check(request)
  if not body then return acknowledge(account, "refused"), nil, err end
  local ok, event, open_err = pcall(account.open, account, request, { time_ms = client.clock() })
  if not ok then
    err = fault.invalid("notification", "expected method, url, headers and body", name)
    return acknowledge(account, "refused"), nil, err
  end
  if not event then
    open_err.account = open_err.account or name
    return acknowledge(account, "refused"), nil, open_err
  end
  local word
  word, err = apply(client, name, event, body)
  return acknowledge(account, word, event), event, err
end

--- Takes a notification for the account `name`: request = { method =, url =, headers =, body = }, the
-- body as it came. Answers the reply to send (always), the event (nil when it was refused) and an
-- error. Nothing is acknowledged before it is recorded; the same one twice changes nothing
-- (`event.duplicate`).
function M.receive(client, name, request)
  local ok, reply, event, err = pcall(receive, client, name, request)
  if ok then return reply, event, err end
  return plain(500), nil, fault.invalid("notification", "expected a notification that can be handled")
end

return M
