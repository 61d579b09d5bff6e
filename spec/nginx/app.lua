-- What the nginx of the specs runs: calls in its phases, and what is to be seen afterwards.

local json = require "obol.json"
local wait = require "obol.wait"

local ngx = rawget(_G, "ngx")
local M = {}

local transport = assert(wait.transport{ timeout_ms = 60000, ca_file = package.loaded["spec.nginx.ca_file"] })
M.transport = transport

--- A call to the address that the argument `to` names; answers what the specs look at.
function M.call(to, options)
  local reply, err = transport.send({ url = to or ngx.var.arg_to }, options)
  if reply then return { status = reply.status, body = reply.body } end
  return { kind = err.kind, outcome = err.outcome, message = err.message }
end

function M.say(value)
  ngx.header["content-type"] = "application/json"
  ngx.say(json.encode(value))
end

--- Remembers a value, for phases that cannot answer; /seen tells it.
function M.see(name, value) ngx.shared.seen:set(name, json.encode(value)) end

function M.seen()
  ngx.header["content-type"] = "application/json"
  ngx.say(ngx.shared.seen:get(ngx.var.arg_name) or "null")
end

function M.stats()
  local stats = wait.stats()
  stats.timers, stats.pid = ngx.timer.running_count() + ngx.timer.pending_count(), ngx.worker.pid()
  stats.memory_kb = collectgarbage "count"
  M.say(stats)
end

local function slow(ms) return transport.send{ url = ngx.var.arg_base .. "slow/" .. ms } end

local cases = {}

-- Holes are told as text, which JSON cannot.
function cases.lists()
  local a, b, c = wait.all(function() return 1, nil, 3, nil end, function() end,
    function() return assert(slow(10)).body end)
  return ("{ a = { n = %d, [1] = %d, [3] = %d, [4] = %s }, b = { n = %d }, c = { n = %d, %q }, none = %d }")
    :format(a.n, a[1], a[3], tostring(a[4]), b.n, c.n, c[1], select("#", wait.all()))
end

function cases.fifty()
  local calls, fine = {}, 0
  for index = 1, 50 do
    calls[index] = function() return assert(transport.send{ url = ngx.var.arg_base .. "held/fifty" }).status end
  end
  for _, result in ipairs{ wait.all(unpack(calls)) } do
    if result.n == 1 and result[1] == 200 then fine = fine + 1 end
  end
  return { fine = fine }
end

function cases.nested()
  local function held() return transport.send{ url = ngx.var.arg_base .. "held/nested" } end
  local a, b = wait.all(function()
    local x, y = wait.all(function() return held().body end, function()
      return (wait.all(function() return held().status end))[1]
    end)
    return x[1], y[1]
  end, function()
    return (wait.all(function() return "at once" end))[1], held().status
  end)
  return { a[1], a[2], b[1], b[2] }
end

function cases.object()
  local err = require("obol.error").new{ kind = "declined", message = "no" }
  local a, b = wait.all(function() error(err) end, function() return slow(10).status end)
  return { count = a.n, kind = a[1] == nil and a[2] == err and a[2].kind or nil, other = b[1] }
end

function cases.raised()
  local ended = false
  local ok, err = pcall(wait.all, function() error "mine" end, function()
    slow(100)
    ended = true
  end)
  return { ok = ok, err = tostring(err), ended = ended }
end

function cases.submitted()
  local id = assert(transport.submit{ url = ngx.var.arg_base .. "held/submitted" })
  local early = transport.wait(id, 10)
  assert(transport.send{ url = ngx.var.arg_base .. "_release/submitted" })
  local known = transport.wait(id, 30000)
  local other = assert(transport.submit{ url = ngx.var.arg_base .. "slow/300" })
  local status = transport.take(id).status
  local any = transport.wait()
  return { early = early, known = known, any = any, status = status, other = transport.take(other).status,
    nothing = transport.wait() }
end

function M.all()
  local answer = cases[ngx.var.arg_case]()
  if type(answer) == "string" then return ngx.print(answer) end
  M.say(answer)
end

--- So many calls after each other in so many lanes at once; how many were answered.
function M.loop()
  local fine, to, lanes = 0, ngx.var.arg_to, {}
  for lane = 1, tonumber(ngx.var.arg_lanes) do
    lanes[lane] = function()
      for _ = 1, tonumber(ngx.var.arg_calls) do
        local reply = transport.send{ url = to }
        if reply and reply.status == 200 then fine = fine + 1 end
      end
    end
  end
  wait.all(unpack(lanes))
  M.say{ fine = fine }
end

return M
