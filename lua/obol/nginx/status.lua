--- How an order stands, for the script of its page: JSON, or a stream of events that ends by itself.

local dict = require "obol.shared"
local input = require "obol.nginx.input"
local json = require "obol.json"
local page = require "obol.nginx.page"
local reply = require "obol.nginx.reply"
local stage = require "obol.nginx.stage"

local M = {}

local LOOK_S, BREATH = 2, 7 -- seconds between looks; looks between signs of life

-- What is told, and whether something is open of which there may be news; nil and `absent` or `failed`.
local function state(shop, content)
  local payment, known = stage.shown(shop, content)
  if known == "absent" or known == "failed" then return nil, known end
  payment = stage.refreshed(shop, content, payment)
  local now = stage.of(payment)
  local settled = stage.is_final(now)
  return { stage = stage.name(payment), final = now ~= "choose" and settled }, not settled
end

-- A connection that broke may have ended without a word: its time is over some day.
local function take_place(shop)
  local now, open, count = shop.clock(), shop.streams, 0
  for place, ends in pairs(open) do
    if ends < now then open[place] = nil else count = count + 1 end
  end
  if count >= shop.limits.streams then return nil end
  local place = {}
  open[place] = now + shop.limits.stream_s * 1000 + 60000
  return place
end

-- Events until the order is settled, the time is over, or nobody listens. What is open may be paid when the link is
-- over, and is told. `send` answers false when the browser is gone.
local function run(shop, content, first, is_open, send, sleep)
  local ends, said, looks = shop.clock() + shop.limits.stream_s * 1000, nil, 0
  local now = first
  while now do
    if now.stage ~= said then
      said = now.stage
      if not send("data: " .. json.encode(now) .. "\n\n") then return end
    elseif looks % BREATH == 0 and not send(":\n\n") then
      return
    end
    if now.final or (not is_open and shop.clock() >= content.ends) then return send("event: over\ndata: {}\n\n") end
    if shop.clock() >= ends then return end
    sleep(LOOK_S)
    looks = looks + 1
    now, is_open = state(shop, content)
  end
end

local function stream(shop, content, first, is_open)
  local place = take_place(shop)
  if not place then
    return reply.problem(503, "expected fewer live connections", nil, { ["retry-after"] = "30" })
  end
  local answer = reply.make(200, { ["content-type"] = "text/event-stream", ["x-accel-buffering"] = "no" })
  answer.stream = function(send, sleep)
    send("retry: 3000\n\n")
    run(shop, content, first, is_open, send, sleep)
  end
  answer.ended = function() shop.streams[place] = nil end
  return answer
end

--- GET .../<token>: `{"stage":, "final":}`, as a stream where the browser accepts one. A wrong token and
-- an unknown order get the same answer.
function M.handle(shop, request)
  if request.method ~= "GET" then return reply.not_allowed "GET" end
  if not dict.allow(shop.dict, "page/" .. request.remote_addr, shop.limits.page_each, 60, shop.clock()) then
    return reply.problem(429, "expected fewer calls", nil, { ["retry-after"] = "30" })
  end
  local content = page.open(shop, input.last_segment(request, 6000))
  local now, more
  if content then now, more = state(shop, content) end
  if more == "failed" then
    return reply.problem(503, "expected the ledger to answer", nil, { ["retry-after"] = "5" })
  end
  if not now then return reply.problem(404, "expected the token of a checkout") end
  local accept = input.header(request, "accept") or ""
  if accept:find("text/event-stream", 1, true) then return stream(shop, content, now, more) end
  return reply.json(200, now)
end

return M
