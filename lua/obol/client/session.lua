--- Sessions: the token of an account whose credential is a login. It is made when it is first needed,
-- kept until shortly before its end, and never written down.

local fault = require "obol.client.fault"
local words = require "obol.client.account_words"

local M = {}

local SPARE_MS, PAUSE_MS = 30000, 20
-- How long nobody logs in after a refusal: doubled by each further one, as many wrong logins may cost the
-- account.
local FIRST_REST_MS, MAX_REST_MS = 1000, 60000
local CREATE = "session.create"
-- Where the provider does not say how long a session lives, the first refusal ends it.
local UNTOLD_S = 3600

local placeholder

--- Whether the account's calls are made with a session's token, where the call has none of its own.
function M.is_used(client, name, operation)
  local account = client.accounts[name]
  return account ~= nil and words.of(account).session == true and operation ~= CREATE
end

--- Whether orders of this account's provider belong to a user, who alone can see them.
function M.has_payers(account)
  return account:supports(CREATE)
end

--- A token that stands for one that is not there yet, so that a call can be checked before anything
-- is sent.
function M.placeholder()
  placeholder = placeholder or require("obol.secret")("-")
  return placeholder
end

local function kept(client, name)
  local found = client.sessions[name]
  if not found then
    found = {}
    client.sessions[name] = found
  end
  return found
end

local function is_valid(client, session)
  return session.token ~= nil and client.clock() < session.until_ms
end

-- The error of a call that never left, because the session that it needs could not be made.
local function failed(err, name)
  err.account, err.outcome = name, "not_sent"
  return nil, err
end

local function make(client, name, deadline, run)
  local result, reply = run(client, { account = name, operation = CREATE, params = {}, deadline = deadline })
  if not result then return failed(reply, name) end
  local err = fault.of_result(result, name, reply)
  if err then
    local refused = err.outcome == "rejected"
    failed(err, name)
    return nil, err, refused
  end
  if not result.token then
    return failed(fault.of_result({ outcome = "unknown", why = "the answer holds no token" }, name, reply), name)
  end
  return result
end

local refusals = { authentication = true, rate_limited = true }

-- After a login that failed: what was refused is refused to everybody for a while. How a provider says that a name or a
-- password is wrong need not be documented, so each refusal counts.
local function rest(client, session, err, refused)
  if not refused and not refusals[err.kind] then return end
  session.rest_ms = math.min((session.rest_ms or FIRST_REST_MS / 2) * 2, MAX_REST_MS)
  local wait = math.min(math.max(session.rest_ms, err.retry_after_ms or 0), MAX_REST_MS)
  session.refusal, session.rests_until = err, client.elapsed() + wait
end

--- The account's token: kept, or made by `run` (exchange.run) before the deadline, by one call at a
-- time. `but` is a token that the provider refused. Answers nil and an error (`not_sent`) when none can
-- be had.
function M.token(client, name, deadline, run, but)
  local session = kept(client, name)
  -- One that did not end within its own limit never will: whoever made it is gone.
  while session.making and client.elapsed() <= session.making do
    if client.elapsed() >= deadline then
      return failed(fault.of_transport({ kind = "timeout", outcome = "not_sent", retryable = true,
        message = "the call's limit was over before there was a session" }, name), name)
    end
    client.sleep(PAUSE_MS)
  end
  if is_valid(client, session) and session.token ~= but then return session.token end
  if session.rests_until and client.elapsed() < session.rests_until then return nil, session.refusal end
  session.making, session.token = deadline, nil
  local ok, result, err, refused = pcall(make, client, name, deadline, run)
  session.making = nil
  if not ok then error(result, 0) end
  if not result then
    rest(client, session, err, refused)
    return nil, err
  end
  session.refusal, session.rests_until, session.rest_ms = nil, nil, nil
  local lives_ms = (tonumber(result.expires_in_s) or UNTOLD_S) * 1000
  session.token, session.until_ms = result.token, client.clock() + lives_ms - SPARE_MS
  return session.token
end

return M
