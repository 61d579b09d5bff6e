--- What the end of a call says of its account: that it works, that it fails, or nothing. Only technical failures
-- are failures: a provider that declines, refuses what the caller wrote or does not know an order, works.
--
-- | kind | with an answer | without one |
-- |---|---|---|
-- | `declined`, `invalid`, `not_found`, `conflict`, `unsupported` | works | says nothing: it was not asked |
-- | `authentication` | fails: it takes nothing of ours; with a payer's token works | fails: no session |
-- | `rate_limited` | fails | fails |
-- | `network` (refused, torn, untrusted) | fails | fails |
-- | `timeout` | fails | fails; says nothing where the caller gave it less than a second |
-- | `signature` (an answer that proves nothing) | fails | fails |
-- | `provider` | refused: works, by a 5xx fails; `unknown` (5xx, a code not listed, unreadable): fails | fails |
-- | `internal` | fails: the answer cannot be read | says nothing: the fault is ours |
-- | `storage` | says nothing | says nothing |
--
-- Before that the outcome: `succeeded`, `declined` and `accepted` without a kind work, by whatever HTTP status.

local M = {}

-- With less time than this a caller learns nothing of a provider.
local BRIEF_MS = 1000

local works, fails = true, false

local answered = { declined = works, invalid = works, not_found = works, conflict = works, unsupported = works,
  authentication = fails, rate_limited = fails, network = fails, timeout = fails, signature = fails, internal = fails }
local unanswered = { authentication = fails, rate_limited = fails, network = fails, timeout = fails, signature = fails,
  provider = fails }
local definite = { succeeded = works, declined = works }

local function is_good(facts)
  return definite[facts.outcome] or facts.outcome == "accepted" and not facts.kind
end

--- true: it works; false: a technical failure; nil: nothing is known. facts = { outcome =, kind =, answered =
-- (whether there was a reply), status = (HTTP), payer = (made with a payer's token), limit_ms = (the call's) }.
function M.judge(facts)
  local kind = facts.kind
  if is_good(facts) then return works end
  if not facts.answered then
    if kind == "timeout" and facts.limit_ms and facts.limit_ms < BRIEF_MS then return nil end
    return unanswered[kind]
  end
  if kind == "authentication" and facts.payer then return works end
  if answered[kind] ~= nil then return answered[kind] end
  if kind == "storage" then return nil end
  -- `provider`, or no kind
  if facts.outcome == "unknown" then return fails end
  return (facts.status or 0) < 500
end

return M
