--- How the accounts are, by the attempts that the ledger holds.

local judge = require "obol.health.judge"
local preset = require "obol.health.preset"
local rates = require "obol.health.rates"
local shared = require "obol.shared"

local M = {}

local PAGE = 1000

-- What is recorded of an attempt, as obol.health.judge wants it. One that was given up was not answered.
local function facts_of(one)
  return { outcome = one.outcome == "abandoned" and "unknown" or one.outcome, kind = one.kind,
    answered = one.http_status ~= nil, status = one.http_status, payer = one.by_payer }
end

-- Counts one attempt in the line of its operation. What is under way says nothing yet.
local function count(about, one)
  if (one.claimed_until or 0) > about.now and not one.answered_ms then return end
  local is_good = judge.judge(facts_of(one))
  if is_good == nil then return end
  local line, at = about.lines[one.operation], one.sent_ms or one.created_ms
  if not line then
    line = { account = one.account, operation = one.operation, calls = 0, failed = 0 }
    about.lines[one.operation], about.names[one.operation] = line, rates.names(one.operation .. "/")
  end
  rates.add(about.store, about.names[one.operation], about.half_life, at, is_good, 0)
  line.calls = line.calls + 1
  if is_good then return end
  line.failed = line.failed + 1
  if at >= (line.last_failure_ms or 0) then line.last_failure_ms, line.kind = at, one.kind end
end

-- Adds the lines of an account to the list: true, or nil and an error.
local function read_account(client, name, from_ms, list)
  local settings = client.routes and client.routes.settings[name]
  local about = { lines = {}, names = {}, store = shared.process(), now = client.clock(),
    half_life = (settings and settings.breaker or preset).half_life_ms }
  local after
  repeat
    local rows, cursor = client.ledger:list("attempts", { where = { account = name }, from_ms = from_ms, after = after,
      limit = PAGE })
    if not rows then return nil, cursor end
    for _, one in ipairs(rows) do count(about, one) end
    after = cursor
  until not after
  local operations = {}
  for operation in pairs(about.lines) do operations[#operations + 1] = operation end
  table.sort(operations)
  for _, operation in ipairs(operations) do
    local line = about.lines[operation]
    -- of what is so old that nothing of it is left
    local plain = { success_rate = 1 - line.failed / line.calls }
    local found = rates.read(about.store, about.names[operation], about.half_life, about.now) or plain
    line.success_rate = found.success_rate
    list[#list + 1] = line
  end
  return true
end

--- What pay:health{ from_ms = } answers.
function M.read(client, from_ms)
  local list = {}
  for _, name in ipairs(client.names) do
    local ok, err = read_account(client, name, from_ms, list)
    if not ok then return nil, err end
  end
  return list
end

return M
