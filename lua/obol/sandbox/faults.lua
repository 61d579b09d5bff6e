--- Faults on request: which are armed, and what each kind does.
-- A kind acts `before` the simulator (nothing happens), `after` it (the state has changed, the answer
-- is spoilt), on the `check` of the signature, or on a `notification`.

local nearest = require "obol.nearest"

local M = {}
local Faults = {}
Faults.__index = Faults

-- On the wire: `commit_then_drop`, `refuse` (a server can refuse only after it has read, so over HTTP
-- this too is a connection that ends without an answer) and `reset` close the connection; `torn` breaks
-- off in the body, `truncated` sends half of it as if it were all; `slow` waits `ms` (3 s) before the
-- answer, `stall_headers` and `stall_body` `ms` (60 s) in the middle, `drip` `ms` (1 s) after each byte;
-- `oversized` sends `bytes` (64 MiB), `gzip_bomb` what unpacks to `bytes` (1 GiB); `two_content_lengths`
-- disagree. Answers of another kind: `empty`, `html`, `not_json`, `wrong_types`, `duplicate_names`,
-- `wrong_envelope`, `unlisted_code` (`code`), `system_error`, `status_500` (after acting), `status_503`,
-- `status_429`, `status_401`, `status_402`, `status_403`, `redirect` (without acting). `clock_skew` puts the
-- server's clock `ms` (10 min) ahead.

--- Every kind of fault, and when it acts.
M.kinds = {
  commit_then_drop = "after", reset = "after", refuse = "before", slow = "after", truncated = "after", torn = "after",
  empty = "after", html = "after", not_json = "after", wrong_types = "after", duplicate_names = "after",
  wrong_envelope = "after", unlisted_code = "after", system_error = "after",
  oversized = "after", gzip_bomb = "after", status_500 = "after",
  status_503 = "before", status_429 = "before", status_401 = "before", status_402 = "before",
  status_403 = "before", redirect = "before",
  two_content_lengths = "after", stall_headers = "after", stall_body = "after", drip = "after",
  clock_skew = "check",
  late = "notification", duplicated = "notification", reordered = "notification",
  forged = "notification", wrong_key = "notification", wrong_amount = "notification",
  forged_public = "notification", altered = "notification", spliced = "notification", replayed = "notification",
  truncated_blocks = "notification", other_status = "notification",
  null_data = "after", unlisted_state = "after", stale = "after", mismatched = "after",
}

-- Kinds that some providers alone know.
local fourmetas, two = { fourmetas = true }, { fourmetas = true, mincloud = true }
local only = { forged_public = fourmetas, altered = two, spliced = fourmetas, replayed = two,
  truncated_blocks = fourmetas, other_status = two,
  null_data = fourmetas, unlisted_state = two, stale = two, mismatched = two }

-- What is called, and no notification: a fault of notifications would never show there.
local calls = {}
for noun, verbs in pairs { payment = "create query find cancel list", refund = "create query list",
  subscription = "create query update cancel renew portal", payment_method = "create list remove",
  invoice = "list", product = "list history", entitlement = "get", customer = "create", session = "create remove",
  profit_share = "create", ["function"] = "call", time = "get" } do
  for verb in verbs:gmatch "%a+" do calls[noun .. "." .. verb] = true end
end

local options = { times = "number", ms = "number", bytes = "number", code = "number", status = "number",
  commit = "boolean", provider = "string" }

--- Makes an empty list of faults.
function M.new() return setmetatable({ armed = {} }, Faults) end

--- Checks the arguments of `fault`; gives a word on what is wrong, or nil.
function M.problem(operation, kind, given)
  if not M.kinds[kind] then return "kind: expected a known kind of fault" .. nearest.hint(kind, M.kinds) end
  local of_notice = M.kinds[kind] == "notification"
  if operation == "notification" and not of_notice then return "kind: expected a fault of notifications" end
  if calls[operation] and of_notice then return "kind: expected a fault of calls" end
  local provider = given and given.provider
  if provider and only[kind] and not only[kind][provider] then
    return "kind: expected a fault that this provider has"
  end
  for name, value in pairs(given or {}) do
    if options[name] == nil then
      return tostring(name) .. ": expected a known option of a fault" .. nearest.hint(name, options)
    end
    if type(value) ~= options[name] then return name .. ": expected a " .. options[name] end
  end
  return nil
end

--- Arms a fault for the next call of `operation` (`*`: of any operation), or the next `times` calls.
function Faults:arm(operation, kind, given)
  given = given or {}
  self.armed[#self.armed + 1] = { operation = operation, kind = kind, left = given.times or 1, options = given }
end

--- Takes the first fault armed for one of these operations, nil where there is none.
function Faults:take(provider, phase, ...)
  for i, fault in ipairs(self.armed) do
    local fits = fault.operation == "*"
    for _, operation in ipairs({ ... }) do fits = fits or operation == fault.operation end
    local of_notice = M.kinds[fault.kind] == "notification"
    local known_to = only[fault.kind]
    if fits and of_notice == (phase == "notification")
      and (fault.options.provider or provider) == provider and (not known_to or known_to[provider]) then
      fault.left = fault.left - 1
      if fault.left < 1 then table.remove(self.armed, i) end
      return { kind = fault.kind, options = fault.options }
    end
  end
  return nil
end

--- Whether the simulator acts before this fault shows.
function M.commits(fault)
  if fault.options.commit ~= nil then return fault.options.commit end
  return M.kinds[fault.kind] ~= "before"
end

--- Forgets all armed faults.
function Faults:clear() self.armed = {} end

return M
