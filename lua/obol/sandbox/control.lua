--- The control interface over HTTP, under `/_sandbox/`: the sandbox's own functions, in JSON; `env` alone is
-- text, for a shell.

local environment = require "obol.sandbox.environment"
local json = require "obol.sandbox.json"
local webhooks = require "obol.sandbox.webhooks"

local M = {}

local function refuse(status, message)
  return status, { error = { kind = "invalid", message = message } }
end

local statuses = { declined = 402, not_found = 404, conflict = 409 }

local function result_of(result, err)
  if result then return 200, type(result) == "table" and result or { ok = true } end
  return statuses[err.kind] or 400, { error = { kind = err.kind, message = err.message, code = err.provider_code } }
end

local function act(verb)
  return function(sandbox, input)
    local options = {}
    for name, value in pairs(input) do
      if name ~= "reference" then options[name] = value end
    end
    return result_of(sandbox[verb](sandbox, input.reference, options))
  end
end

local function attempt(...)
  local ok, problem = pcall(...)
  if not ok then return refuse(400, (tostring(problem):gsub("^.-:%d+: ", ""))) end
  return 200, { ok = true }
end

local function fault(sandbox, input)
  local options = {}
  for name, value in pairs(input) do
    if name ~= "operation" and name ~= "kind" then options[name] = value end
  end
  return attempt(sandbox.fault, sandbox, input.operation, input.kind, options)
end

local function set(sandbox, input) return attempt(sandbox.set, sandbox, input.provider, input.options) end

local function clock(sandbox)
  return 200, { now_ms = sandbox:now_ms(), wall_ms = sandbox.clock:wall() }
end

local function advance(sandbox, input)
  if input.ms < 0 then return refuse(400, "ms: expected 0 or more") end
  sandbox:advance(input.ms)
  return clock(sandbox)
end

local function webhook(sandbox, input)
  local problem = input.url and webhooks.problem(input.url)
  local known = not input.provider or sandbox.providers[input.provider]
  if not known then problem = "provider: expected the name of a provider" end
  if problem then return refuse(400, problem) end
  sandbox:set_webhook_url(input.url, input.provider)
  if input.test then sandbox:test_webhook() end
  return 200, { ok = true }
end

-- Callbacks whose address the server can send to go out; the others are handed over here.
local function deliver(sandbox)
  local out = sandbox.sender and sandbox:deliver(sandbox.sender, sandbox.reaches) or {}
  for _, request in ipairs(sandbox:deliver()) do out[#out + 1] = request end
  return 200, { delivered = out }
end

local function reset(sandbox)
  sandbox:reset()
  return 200, { ok = true }
end

-- Each input is `name = kind`, with `?` where it may be left out; nil for no check of its members.
local endpoints = {
  ["GET accounts"] = { function(sandbox) return 200, sandbox:accounts() end },
  ["GET env"] = { function(sandbox) return 200, environment.text(sandbox:accounts()) end },
  ["GET books"] = { function(sandbox) return 200, sandbox:books() end },
  ["GET deliveries"] = { function(sandbox) return 200, { deliveries = sandbox:deliveries() } end },
  ["GET clock"] = { clock },
  ["GET pages"] = { function(sandbox) return 200, sandbox:pages() end },
  ["POST pay"] = { act "pay", { reference = "string", provider = "string?", card = "string?" } },
  ["POST decline"] = { act "decline", { reference = "string", provider = "string?" } },
  ["POST back_out"] = { act "back_out", { reference = "string", provider = "string?" } },
  ["POST refund"] = { act "refund", { reference = "string", provider = "string?", amount = "integer?" } },
  ["POST renew"] = { act "renew", { reference = "string", provider = "string?", declined = "boolean?" } },
  ["POST chargeback"] = { act "chargeback", { reference = "string", provider = "string?", amount = "integer?" } },
  ["POST forge"] = { act "forge", { reference = "string", provider = "string?" } },
  ["POST resend"] = { function(sandbox, input) return result_of(sandbox:resend(input.id)) end, { id = "integer" } },
  ["POST fail_card"] = { function(sandbox, input)
    return result_of(sandbox:fail_card(input.customer, input.failing))
  end, { customer = "string", failing = "boolean?" } },
  ["POST advance"] = { advance, { ms = "integer" } },
  ["POST clock"] = { advance, { ms = "integer" } },
  ["POST fault"] = { fault },
  ["POST deliver"] = { deliver, {} },
  ["POST webhook"] = { webhook, { url = "string?", provider = "string?", test = "boolean?" } },
  ["POST set"] = { set, { provider = "string", options = "object" } },
  ["POST reset"] = { reset, {} },
}

local function problem_of(rows, input)
  for name in pairs(input) do
    if not rows[name] then
      local known = {}
      for word in pairs(rows) do known[#known + 1] = word end
      table.sort(known)
      return name .. ": unknown, expected " .. (known[1] and table.concat(known, ", ") or "no words")
    end
  end
  for name, row in pairs(rows) do
    local kind, optional = row:match("^(%l+)(%??)$")
    if input[name] == nil and optional == "" then return name .. ": missing" end
    if input[name] ~= nil and json.kind(input[name]) ~= kind then return name .. ": expected " .. kind end
  end
  return nil
end

local function run(sandbox, method, name, body)
  local row = endpoints[method .. " " .. name]
  if not row then
    local other = endpoints["GET " .. name] or endpoints["POST " .. name]
    return refuse(other and 405 or 404, other and "wrong method" or "unknown path")
  end
  local input = {}
  if body ~= "" then
    local problem
    input, problem = json.read(body)
    if problem or json.kind(input) ~= "object" then return refuse(400, "expected a JSON object") end
  end
  local problem = row[2] and problem_of(row[2], input)
  if problem then return refuse(400, problem) end
  return row[1](sandbox, input)
end

--- Serves a request for `/_sandbox/<name>`; nil where the path is no such.
function M.serve(sandbox, request)
  local name = request.target:match("^/_sandbox/([%l_]+)$")
  if not name then return nil end
  sandbox:settle()
  local status, value = run(sandbox, request.method, name, request.body or "")
  local is_text = type(value) == "string"
  return { status = status, headers = { ["cache-control"] = "no-store",
    ["content-type"] = is_text and "text/plain; charset=utf-8" or "application/json" },
    body = is_text and value or json.write(json.plain(value)) .. "\n" }
end

return M
