--- What providers send by themselves. Everything that costs little is looked at before anything is
-- decrypted or verified.

local dict = require "obol.shared"
local input = require "obol.nginx.input"
local reply = require "obol.nginx.reply"

local M = {}

local SHARE = 4096 -- bytes of a notification that count as one: what it costs to refuse a forged one grows with them

local function verdict(answer, event, err)
  if event and event.duplicate then return "duplicate" end
  if event and not err then return "accepted" end
  if err and (err.kind == "signature" or err.kind == "authentication") then return "forged" end
  if answer.status == 404 then return "no_account" end
  return event and "later" or "refused"
end

local function told(shop, account, word, answer)
  shop.metrics:callback(account, word)
  return answer
end

--- POST or GET .../<account>: the body as it came. Answers what the provider wants to read.
function M.handle(shop, request)
  local limits, now = shop.limits, shop.clock()
  if request.method ~= "POST" and request.method ~= "GET" then return reply.not_allowed "POST" end
  local account = input.last_segment(request, 64)
  if not account then return told(shop, nil, "no_account", reply.problem(404, "expected an account's name")) end
  -- A name that nobody configured must not make a metric of its own.
  local name = shop.accounts[account] and account or nil
  if not name then return told(shop, nil, "no_account", reply.problem(404, "expected an account's name")) end
  if #request.body > limits.notify_body then
    return told(shop, name, "too_large", reply.problem(413, "expected a shorter body"))
  end
  local weight = math.max(1, math.ceil((#request.body + #(request.query or "")) / SHARE))
  if not dict.allow(shop.dict, "notify/" .. name .. "/" .. request.remote_addr, limits.notify_each, 1, now, weight)
      or not dict.allow(shop.dict, "notify/" .. name, limits.notify_all, 1, now, weight) then
    local answer = reply.problem(429, "expected fewer notifications", nil, { ["retry-after"] = "5" })
    return told(shop, name, "limited", answer)
  end
  local answer, event, err = shop.pay.notifications:receive(name, { method = request.method,
    url = shop.origin .. request.path .. (request.query and "?" .. request.query or ""), headers = request.headers,
    body = request.body })
  local made = reply.make(answer.status, answer.headers, answer.body)
  return told(shop, name, verdict(answer, event, err), made)
end

return M
