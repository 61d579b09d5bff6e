--- The payment systems that the sandbox simulates, by name: each is the module
-- `obol.sandbox.<name>` with `new(sandbox, options)`, and answers under `/<name>/`.
--
-- What a simulator is, members marked `?` where it may lack them:
--
-- * `name`; `operations`, a set of the names of calls and notifications that a fault may be armed for
-- * `hosts?`, a set of authorities of the real system that the in-process transport answers for
-- * `account()`, addresses and credentials of a ready account in the configuration's words;
--   `accounts?()`, further ones by a name of their own
-- * `route(request)`, which gives `{ page = fn(request) }` or a table with `operation` (nil where there is
--   none) and `names` (all that a fault of it may be armed for)
-- * `call(route, request, skew_ms)` and `too_large()`, which give a reply: `status`, `headers?`, and `tree`
--   (of json.lua) or `body`
-- * `books()`, the truth in plain tables; `overview()`, its part of the first page
-- * `pages?()`, the newest pages for a payer: a list of `{ url =, name =, status = }`
-- * `find(reference)`, which gives a thing, or nil and what is ambiguous about it; `is_open?(thing)`, whether
--   the payer can still do something
-- * `pay? decline? back_out? refund? renew? chargeback?(thing, options)`, which give a result or nil and
--   `{ kind =, message =, code = }`; `fail_card?(customer, failing)`, whether the customer is known
-- * `next_due?()` and `run?(at)`, the time of its next event of its own, and working that off
-- * `forge?(thing)`, a callback by somebody else; `set?(options)`, other options from now on
-- * `test_callback?()`, the message of an empty callback, see webhooks.lua
-- * `spoilt`, its words for answers of faults, see spoil.lua

return {
  "appwheel",
  "fourmetas",
  "mincloud",
  "ruxpay",
}
