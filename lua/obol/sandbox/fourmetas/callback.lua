--- The callback after a payment: its clear text, what it travels in, and the ways in which it goes wrong.

local amount = require "obol.sandbox.fourmetas.amount"
local cipher = require "obol.sandbox.fourmetas.cipher"
local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"
local orders = require "obol.sandbox.fourmetas.orders"
local text = require "obol.sandbox.text"

local M = {}

--- The name of the only kind of callback.
M.TYPE = "payment.succeeded"

--- Waits before each further try, in milliseconds.
M.RETRIES = { 5000, 30000, 300000, 1800000 }

--- What acknowledges it to a strict simulator.
M.ACKNOWLEDGE = '{"status":1,"msg":"success"}'

-- The same text in JSON, with every character beyond ASCII as \u and each slash behind a backslash.
local function escape(clear)
  local function unit(code) return string.format("\\u%04x", code) end
  return (clear:gsub("/", "\\/"):gsub("[\194-\244][\128-\191]+", function(sequence)
    local first = sequence:byte(1)
    local code = first % (first < 224 and 32 or first < 240 and 16 or 8)
    for i = 2, #sequence do code = code * 64 + sequence:byte(i) % 64 end
    if code < 0x10000 then return unit(code) end
    code = code - 0x10000
    return unit(0xD800 + math.floor(code / 1024)) .. unit(0xDC00 + code % 1024)
  end))
end

--- The clear text over an order; `changes` may hold other values of its members, and a `result`.
function M.clear(app, order, changes)
  local function of(name) return changes and changes[name] or order[name] end
  local clear = json.write(json.obj{
    { "gameId", json.number(of "game") }, { "rechargeAmount", amount.number(of "cents", app.options.amounts) },
    { "orderId", json.number(of "id") }, { "extra", order.extra or json.null }, { "goodId", json.number(of "good") },
    { "userId", json.number(of "user") }, { "status", changes and changes.result or orders.PAID } })
  return app.options.escaped and escape(clear) or clear
end

-- A number of the same length that is another one.
local function next_digits(digits)
  local last = digits:byte(-1) - 48
  return digits:sub(1, -2) .. (last + 1) % 10
end

-- Who else's callback could be at hand: the newest order of another's that is in this state, else one that
-- was never made.
local function other_clear(app, order, status)
  for i = #app.order_list, 1, -1 do
    local other = app.order_list[i]
    if other ~= order and other.status == status then return M.clear(app, other) end
  end
  return M.clear(app, order, { id = next_digits(order.id), user = next_digits(order.user) })
end

-- What each member of a callback may be.
local members = { gameId = "integer", rechargeAmount = "integer number", orderId = "number", extra = "string null",
  goodId = "integer", userId = "integer number", status = "integer" }

-- Whether text reads as a callback over the order.
local function is_about(order, joined)
  local read = json.read(joined)
  if json.kind(read) ~= "object" or json.kind(read.orderId) ~= "number" then return false end
  for name in pairs(read) do
    if not members[name] then return false end
  end
  for name, kinds in pairs(members) do
    if not kinds:find(json.kind(read[name]) or "absent", 1, true) then return false end
  end
  return read.orderId.text == order.id
end

-- The first blocks of one callback and the last of another: a callback that nobody wrote.
local function splice(app, order, clear)
  local other = other_clear(app, order, orders.PAID)
  local shorter = math.min(#clear, #other)
  for size = math.min(app.rsa.segment, shorter - 1), 8, -1 do
    for cut = size, shorter - 1, size do
      local joined = clear:sub(1, cut) .. other:sub(cut + 1)
      if joined ~= clear and is_about(order, joined) then
        local blocks = cipher.seal(app.rsa, clear:sub(1, cut), { segment = size })
        for _, block in ipairs(cipher.seal(app.rsa, other:sub(cut + 1), { segment = size })) do
          blocks[#blocks + 1] = block
        end
        return blocks
      end
    end
  end
  return cipher.seal(app.rsa, other)
end

local function cut(app, clear)
  local blocks = cipher.seal(app.rsa, clear, { segment = math.ceil(#clear / 2) })
  blocks[#blocks] = nil
  return blocks
end

local function alter(blocks)
  local sealed = table.concat(blocks)
  local at = math.floor(#sealed / 2) + 1
  local byte = sealed:byte(at)
  return { sealed:sub(1, at - 1), string.char(byte + 1 - byte % 2 * 2), sealed:sub(at + 1) }
end

-- Bytes that nobody sealed; below any modulus.
local function noise(app)
  local out = "\0"
  while #out < math.ceil(app.rsa.private:bits() / 8) do out = out .. crypto.digest("sha256", app.ids:next("")) end
  return { out:sub(1, math.ceil(app.rsa.private:bits() / 8)) }
end

--- The ways in which a callback goes wrong, by the name of the fault; each gives the blocks.
M.ways = {
  forged = function(app) return noise(app) end,
  forged_public = function(app, order)
    return cipher.seal(app.rsa, other_clear(app, order, orders.PAYING), { public = true })
  end,
  wrong_key = function(app, _, clear) return cipher.seal(app.rsa, clear, { wrong_key = true }) end,
  spliced = splice,
  truncated_blocks = function(app, _, clear) return cut(app, clear) end,
  altered = function(app, _, clear) return alter(cipher.seal(app.rsa, clear)) end,
  other_status = function(app, order) return cipher.seal(app.rsa, M.clear(app, order, { result = 2 })) end,
}

local function encode(app, blocks)
  return cipher.encode(app.rsa, table.concat(blocks), app.options.wrapping)
end

--- The parameter of an order that was paid, sealed once: so a repeat is the same, byte for byte.
function M.param(app, order)
  order.param = order.param or encode(app, cipher.seal(app.rsa, M.clear(app, order)))
  return order.param
end

-- Of the callbacks that went out before, the newest of another order; its own where there is none.
local function replay(app, order)
  for i = #app.sent, 1, -1 do
    if app.sent[i] ~= order then return M.param(app, app.sent[i]) end
  end
  return M.param(app, order)
end

local function note_sent(app, order)
  app.sent[#app.sent + 1] = order
  if #app.sent > 100 then table.remove(app.sent, 1) end
end

-- Blanks stay blanks in a form, which is how a plus sign becomes one.
local function form_word(app, param)
  local plus = app.options.wrapping == "blanks" and "%%20" or nil
  local word = text.percent(param)
  return plus and (word:gsub(plus, "+")) or word
end

--- What a callback may travel in: `json`, `form`, or `query`. Each gives headers, body, address.
M.transports = {
  json = function(app, param)
    return { ["content-type"] = "application/json; charset=utf-8" },
      json.write(json.obj{ { app.rsa.param_name, param } })
  end,
  form = function(app, param)
    return { ["content-type"] = "application/x-www-form-urlencoded" },
      app.rsa.param_name .. "=" .. form_word(app, param)
  end,
  query = function(app, param, url)
    return { ["content-type"] = "application/x-www-form-urlencoded" }, "",
      M.with_param(url, app.rsa.param_name, form_word(app, param))
  end,
}

--- An address with one more parameter of its query, before a fragment.
function M.with_param(url, name, word)
  local head, fragment = url:match("^([^#]*)(.*)$")
  return head .. (head:find("?", 1, true) and "&" or "?") .. name .. "=" .. word .. fragment
end

--- Where the pay page leads after a payment; nil where nobody said it.
function M.return_url(app, order)
  return order.page_url and M.with_param(order.page_url, app.rsa.param_name, text.percent(M.param(app, order)))
end

-- How an answer acknowledges: by its status, to a strict simulator by its body too.
local function accepted(app)
  local options = app.options
  return function(status, body)
    return status == 200 and (not options.strict or body == (options.acknowledge or M.ACKNOWLEDGE))
  end
end

-- Where an order's callbacks go: no server is told of a fragment.
local function called(order) return (order.notify_url:gsub("#.*$", "")) end

local function push(app, order, message)
  message.provider, message.type, message.url = "fourmetas", M.TYPE, called(order)
  message.retries, message.accepted = M.RETRIES, accepted(app)
  app.sandbox.webhooks:push(message)
end

local function signer(app, order, clear)
  local made = {}
  return function(body, _, mode)
    local slot = (mode or "") .. body
    if not made[slot] and mode == "replayed" then made[slot] = replay(app, order) end
    local way = not made[slot] and M.ways[mode]
    if way then made[slot] = encode(app, way(app, order, body)) end
    if not made[slot] and body ~= clear then made[slot] = encode(app, cipher.seal(app.rsa, body)) end
    made[slot] = made[slot] or M.param(app, order)
    if not mode then note_sent(app, order) end
    return M.transports[app.options.transport or "json"](app, made[slot], called(order))
  end
end

--- Queues the callback over an order that was paid; none where the merchant gave no address.
function M.paid(app, order)
  if not order.notify_url then return end
  local clear = M.clear(app, order)
  push(app, order, { body = clear, sign = signer(app, order, clear),
    misprice = function() return M.clear(app, order, { cents = order.cents + 1 }) end })
end

--- Queues what a stranger makes who knows the order and has the public half of the key: that it was paid.
function M.forge(app, order)
  local param
  local function sign(body)
    param = param or encode(app, cipher.seal(app.rsa, body, { public = true }))
    return M.transports[app.options.transport or "json"](app, param, called(order))
  end
  push(app, order, { body = M.clear(app, order), sign = sign, misprice = function(body) return body end })
end

return M
