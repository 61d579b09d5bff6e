--- Accounts: one configured use of a provider, pure from end to end.
--
-- `account{ provider = "appwheel", ... }` takes the provider's configuration words (see
-- `obol.describe`) and answers an account, or `nil, err` with everything that is wrong in
-- `err.fields`. The clock, the nonce and the key come from the caller, bytes go in and out, and
-- nothing is sent: that is a transport's work.
--
-- An account has
-- - `encode(operation, params, { time_ms =, nonce =, key =, token = })`: a request | nil, err. Its
--   `warning` (text or nil) tells what looks wrong and is let through, such as a card's check digit
-- - `decode(operation, reply, { expect =, params =, sent_before = })`: a result | nil, err; `reply` is
--   `{ status =, headers =, body = }`; a result has `outcome`, `status`, `kind` of what is no success,
--   the provider's `code` and `message`, what the operation finds, `checked` (what was compared with
--   `expect`; false without it) and `extra` (all else that was told)
-- - `open({ method =, url =, headers =, body = }, { time_ms = })`: an event | nil, err
-- - `acknowledge("accepted" | "later" | "refused")`: `{ status =, headers =, body = }`
-- - `plan(operation, params)`: `effect`, `found_by`, `found_with`, `proof_with`, `repeat_safe`
-- - `effect(operation, params)`: the `effect` alone; nothing where no variant fits and they differ in it
-- - `redact(operation, params)`: what was given, fit to be shown
-- - `supports(operation)`: boolean; `close()`: wipes its secrets
-- - `provider`, `methods`, `currencies` (nil where it takes any), `timeout_ms`, `expire_after_ms`, `query_schedule_s`

local core = require "obol.core"
require "obol.error"

return function(config)
  return core.account(config)
end
