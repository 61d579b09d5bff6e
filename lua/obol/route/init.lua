--- Routing rules: which account takes which payment, written as a Lua script (`routes` in the configuration).
--
--     return {
--       { name = "wallets", when = { method = { "wechat_qr", "alipay_page" }, currency = "CNY" }, to = "web" },
--       { name = "big", when = { amount = { min = money("500", "USD") } }, to = { "cards_eu", "cards_us" },
--         failover = { hops = 1, within = "10s", declined = { "51" } } },
--       { name = "cards", when = { method = "card" }, split = { cards_us = 70, cards_eu = 30 }, by = "customer.id" },
--       accounts = {
--         cards_eu = { limits = { count = 1000, per = "1h" }, maintenance = { from = "02:00", to = "03:00" } },
--       },
--       expect = { { payment = { method = "wechat_qr", currency = "CNY" }, rule = "wallets" } },
--     }
--
-- The first rule that matches decides; one that raises fails the decision. A rule has
--
-- * `when`: a table from fields to a value, a list, a range (`{ min =, max = }` of integers or money, both
--   included) or a function of the value and the payment; or one function of the payment. Absent: always
-- * `during`: windows of time in which it holds, see obol.route.window
-- * `to`: an account, or a list in order of preference; or `split`: a table from accounts to integer weights, which
--   sticks to the field `by` (`order_id` unless given, and for a payment without it); the draws hang on the rule's
--   name, or on `salt`
-- * `failover`: false, or `{ hops =, within =, on =, declined = }`: the next account is tried only on proof that
--   no money moved, after one of the outcomes in `on` (`not_sent`, `rejected`, `abandoned`: all unless given) or a
--   decline with one of the codes in `declined`. In between the payment is `created`: it fails when nothing is left
--
-- `accounts` has `limits` (`{ count =, amount =, per = "24h" }`, or a list; counted in each process, in nginx by all
-- workers together where they share a `dict`), `maintenance` (windows in which an account is skipped) and `breaker`
-- (what opens its breaker, see obol.route.breaker, or false). While an account's breaker is open it steps back behind
-- the next one of the rule. It is a preference: where every account that could be used steps back, the one that is
-- probed first is used all the same.

local decide = require "obol.route.decide"
local expect = require "obol.route.expect"
local limit = require "obol.route.limit"
local load = require "obol.route.load"

local M = {}

--- `load(source, accounts)`: rules from a file's path or a table, `accounts` having the accounts' names as keys;
-- or nil and a list of `{ field =, message = }`, each with file and line.
M.load = load.load

--- `decide(routes, call)`, see obol.route.decide.
M.decide = decide.run

--- `more(routes, decision)`: the next account that can be used, see obol.route.decide.
M.more = decide.more

--- `explain(routes, call)`: decision, error, every rule with why it matched or not, and the decision as far as it came.
M.explain = decide.explain

--- `expectations(routes, about)`: runs what is expected beside the rules, see obol.route.expect.
M.expectations = expect.run

--- `usage([store, unique])`: what is counted towards the limits of accounts, in this process (see obol.route.usage) or
-- in a store that several share (see obol.route.usage_shared).
function M.usage(store, unique)
  if store then return require("obol.route.usage_shared").new(store, unique) end
  return require("obol.route.usage").new()
end

--- `longest(limits)`: the longest window among an account's limits, in milliseconds.
M.longest = limit.longest

return M
