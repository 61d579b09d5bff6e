--- Making the errors of a client: from results, from transports, from bad input.

local errors = require "obol.error"

local M = {}

--- An error of bad input: the path and what was expected there.
function M.invalid(field, message, account)
  return errors.new { kind = "invalid", field = field, message = message, account = account }
end

function M.conflict(message, account)
  return errors.new { kind = "conflict", message = message, account = account }
end

function M.unsupported(message, account)
  return errors.new { kind = "unsupported", message = message, account = account }
end

function M.missing(message)
  return errors.new { kind = "not_found", message = message }
end

local kinds = { rejected = "provider", declined = "declined", unknown = "provider", abandoned = "provider",
  not_sent = "network", accepted = "provider" }

local words = {
  rejected = "refused by the provider before acting",
  declined = "declined by the provider",
  unknown = "answered in a way that tells nothing of the outcome",
  abandoned = "not answered; what may have been made was shown to nobody and is given up",
  not_sent = "never sent",
  accepted = "not finished yet",
}

-- A refusal whose kind says more than that it is one.
local refused = { authentication = "refused: the provider does not take these credentials" }

-- What is not known, in the words of what was asked.
local unknown = { not_found = "not found, which proves nothing" }

local function words_of(outcome, kind)
  if outcome == "rejected" and refused[kind] then return refused[kind] end
  if outcome == "unknown" and unknown[kind] then return unknown[kind] end
  return words[outcome] or words.unknown
end

-- A provider's code is shown in the message when it looks like one.
local function code_hint(code)
  if type(code) == "number" then code = ("%d"):format(code) end
  if type(code) ~= "string" or #code > 32 or code:find("[^%w_.-]") then return "" end
  return " (code " .. code .. ")"
end

local function header(reply, name)
  local value = reply and reply.headers and reply.headers[name]
  if type(value) == "table" then value = value[1] end
  return type(value) == "string" and #value <= 128 and value or nil
end

--- For how long a reply asks not to be called again, or nil. Seconds only: a date would need a clock that both sides
-- share.
function M.retry_after_ms(reply)
  local seconds = (header(reply, "retry-after") or ""):match("^%d%d?%d?%d?%d?$")
  return seconds and tonumber(seconds) * 1000 or nil
end

--- The error of a result that is not a success; nil for one that is.
function M.of_result(result, account, reply)
  local outcome = result.outcome
  if outcome == "succeeded" or (outcome == "accepted" and not result.kind) then return nil end
  local kind = errors.kinds[result.kind] and result.kind or kinds[outcome] or "provider"
  local code = result.code
  if type(code) == "number" then code = ("%d"):format(code) end
  return errors.new {
    kind = kind, outcome = outcome, account = account,
    message = words_of(outcome, kind) .. (result.why and ": " .. result.why or code_hint(code)),
    provider_code = code, provider_message = result.message,
    http_status = reply and reply.status, request_id = result.request_id or header(reply, "x-request-id"),
    retryable = outcome == "not_sent" or kind == "rate_limited", retry_after_ms = M.retry_after_ms(reply),
  }
end

--- What a transport gave as its error, made whole: any outcome but `not_sent` is `unknown`, because
-- nothing else may be said of bytes that may have left.
function M.of_transport(err, account)
  local given = type(err) == "table" and err or {}
  local not_sent = given.outcome == "not_sent"
  local retryable = given.retryable
  if retryable == nil then retryable = not_sent end
  return errors.new {
    kind = errors.kinds[given.kind] and given.kind or "network",
    outcome = not_sent and "not_sent" or "unknown", account = account,
    message = type(given.message) == "string" and given.message or "the transport failed",
    retryable = retryable, retry_after_ms = given.retry_after_ms,
  }
end

--- The members of an error that the ledger keeps: never what the provider wrote in words.
function M.to_row(err)
  if not err then return nil end
  return {
    kind = err.kind, outcome = err.outcome, message = err.message, account = err.account, field = err.field,
    provider_code = err.provider_code, http_status = err.http_status, request_id = err.request_id,
    retryable = err.retryable, retry_after_ms = err.retry_after_ms,
  }
end

--- An error object from the ledger's row.
function M.of_row(row)
  if not row then return nil end
  local members = {}
  for key, value in pairs(row) do members[key] = value end
  return errors.new(members)
end

return M
