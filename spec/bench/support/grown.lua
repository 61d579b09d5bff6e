-- Ledgers with many payments in them, and what one payment more costs.

local program = require "bench.support.program"

local M = {}

local NOW = 1700000000000

-- Payments as they are when all is over: each with its attempt, its notification and an event.
local FILL = {
  [[insert into obol_payments (order_id, operation, status, amount, currency, generation, attempt, account, provider_id,
      customer_id, product_id, version, created_ms, updated_ms)
    with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
    select 'B-' || i, 'payment.create', 'succeeded', '8.88', 'USD', 1, lower(hex(randomblob(16))), 'a',
      'tx_' || lower(hex(randomblob(12))), 'u-' || (i % 50000), 'p-' || (i % 100), 2, $2 + i, $2 + i from n]],
  [[insert into obol_attempts (key, order_id, account, provider, operation, generation, effect, found_by, repeat_safe,
      customer_id, product_id, amount, currency, outcome, provider_id, sends, created_ms, sent_ms, answered_ms,
      success_of)
    select attempt, order_id, 'a', 'cards', operation, 1, 'money', 'our_ref', 0, customer_id, product_id, amount,
      currency, 'succeeded', provider_id, 1, created_ms, created_ms, updated_ms, order_id from obol_payments]],
  [[insert into obol_notifications (id, account, type, order_id, provider_id, received_ms, applied_ms)
    select 'a/' || provider_id, 'a', 'payment.succeeded', order_id, provider_id, updated_ms, updated_ms
    from obol_payments]],
  [[insert into obol_events (id, type, order_id, provider_id, account, amount, currency, status, key, time_ms)
    select 'payments/' || order_id || '/2.1', 'payment.succeeded', order_id, provider_id, 'a', amount, currency, status,
      attempt, updated_ms from obol_payments]],
}

local function fill(place, count)
  local book = assert(require("obol.ledger").open(place))
  assert(book:id())
  book:close()
  local database = assert(require("obol.store").open(place, { check = "none" }))
  for number, sql in ipairs(FILL) do
    local statement = number == 1 and { sql, count, NOW, expect = count } or { sql, expect = count }
    assert(database:run { statement })
  end
  database:close()
end

local made = 0

--- Makes ledgers of so many payments and a client for each: a list of functions that make one payment.
function M.start(counts)
  M.folder = program.output "mktemp -d /tmp/obol-bench.XXXXXX":match "%S+"
  local support, sellers = require "client.support", {}
  support.install()
  for place, count in ipairs(counts) do
    local path = ("sqlite:%s/%d.db"):format(M.folder, place)
    fill(path, count)
    local pay = support.open("cards", function(request)
      return { outcome = "succeeded", provider_id = "tx_" .. request.context.key }
    end, { ledger = assert(require("obol.ledger").open(path, { check = "none" })) })
    sellers[place] = function()
      made = made + 1
      local payment = assert(pay.payments:create { order_id = ("C-%d"):format(made), amount = "8.88", currency = "USD",
        customer = { id = "u-" .. made % 50000 } })
      assert(payment.status == "succeeded")
    end
    sellers[place]()
  end
  return sellers
end

function M.stop()
  if M.folder then program.output("rm -rf " .. program.quote(M.folder)) end
end

return M
