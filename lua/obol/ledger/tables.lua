--- The ledger's tables: the only columns that can enter it, whichever store is behind. What has no
-- column here cannot be recorded, so card data, tokens and secrets stay out by construction.
--
-- Types: `text`, `integer`, `flag` (boolean), `json` (a table of plain values). `key` is the primary
-- key; a column in `unique` holds a value once in the whole table, and may be absent in many rows.
-- Those columns carry the promises: one open attempt a slot, one success an order, one proof an
-- order. A `counter` column is given by the store, rising by insertion;
-- an `index` column is often asked by; `search` holds further columns by which databases find rows.
--
-- What is added after a version was released names the version of the tables that it comes with, 2 for
-- the first such change: `since = { column = 2 }` for a column, `first = 2` for a table.
--
-- What is to be looked at again has `due_ms`, the moment (absent: there is nothing to do), `looks`, how
-- often that was done since it last changed, and `claimed_until`, until when somebody does it.

local M = {}

M.payments = {
  key = "order_id",
  index = { "provider_id", "renewal_of" },
  search = {
    "provider_id, account", "renewal_of, status", "status", "account, status", "customer_id", "product_id",
    "unresolved", "created_ms",
  },
  columns = {
    order_id = "text", operation = "text", status = "text", amount = "text", currency = "text",
    generation = "integer", attempt = "text", account = "text", provider_id = "text",
    subscription_id = "text", customer_id = "text", product_id = "text", action = "json",
    error = "json", refunded = "text", disputed = "flag", surplus = "json", unresolved = "flag",
    renewal_of = "text", version = "integer", created_ms = "integer", updated_ms = "integer",
    due_ms = "integer", looks = "integer", claimed_until = "integer",
  },
}

M.attempts = {
  key = "key",
  index = { "order_id", "provider_id" },
  search = { "provider_id, account", "account", "created_ms" },
  unique = { "slot", "exclusive", "success_of", "proven_by" },
  since = { rule = 2, query_ms = 3 },
  columns = {
    key = "text", order_id = "text", refund_id = "text", account = "text", provider = "text",
    operation = "text", variant = "text", generation = "integer", effect = "text",
    found_by = "text", found_with = "text", repeat_safe = "flag", proof = "text",
    proof_with = "text", customer_id = "text", product_id = "text", amount = "text",
    currency = "text", baseline = "json", outcome = "text", kind = "text", code = "text",
    http_status = "integer", provider_id = "text", sends = "integer", claimed_until = "integer",
    created_ms = "integer", sent_ms = "integer", answered_ms = "integer", refused_state = "text",
    query_step = "integer", query_ms = "integer", query_failed_ms = "integer", by_payer = "flag", echo = "text",
    rule = "text", slot = "text", exclusive = "text", success_of = "text", proven_by = "text",
  },
}

M.refunds = {
  key = "refund_id",
  index = { "order_id" },
  search = { "status", "account, status", "unresolved", "created_ms" },
  columns = {
    refund_id = "text", order_id = "text", status = "text", amount = "text", currency = "text",
    reason = "text", account = "text", provider_id = "text", transaction_id = "text", attempt = "text",
    generation = "integer", error = "json", version = "integer", created_ms = "integer",
    updated_ms = "integer", unresolved = "flag", due_ms = "integer", looks = "integer",
    claimed_until = "integer",
  },
}

M.subscriptions = {
  key = "order_id",
  index = { "provider_id" },
  search = {
    "provider_id, account", "status", "account, status", "customer_id", "product_id", "unresolved",
    "created_ms",
  },
  columns = {
    order_id = "text", provider_id = "text", status = "text", product_id = "text",
    customer_id = "text", account = "text", period_end_ms = "integer", auto_renew = "flag",
    interval = "text", cycles = "integer",
    trial = "flag", transaction_id = "text", change = "text", generation = "integer",
    action = "json", error = "json", version = "integer", created_ms = "integer",
    updated_ms = "integer", unresolved = "flag", due_ms = "integer", looks = "integer",
    claimed_until = "integer",
  },
}

M.notifications = {
  key = "id",
  index = { "waits_for" },
  search = { "order_id", "provider_id, account" },
  columns = {
    id = "text", account = "text", type = "text", order_id = "text", provider_id = "text",
    customer_id = "text", verified_by = "text", received_ms = "integer", applied_ms = "integer",
    waits_for = "text", event = "json", due_ms = "integer", looks = "integer",
    claimed_until = "integer",
  },
}

M.events = {
  key = "id",
  counter = "seq",
  search = { "order_id" },
  columns = {
    id = "text", seq = "integer", type = "text", order_id = "text", provider_id = "text",
    refund_id = "text", subscription_id = "text", account = "text", amount = "text",
    currency = "text", status = "text", outcome = "text", key = "text", verified_by = "text",
    time_ms = "integer",
  },
}

M.consumers = {
  key = "name",
  columns = {
    name = "text", cursor = "integer", done = "json", updated_ms = "integer",
    claimed_until = "integer", version = "integer",
  },
}

M.flows = {
  first = 2,
  key = "id",
  index = { "waits_for" },
  search = { "name, status", "status", "created_ms" },
  columns = {
    id = "text", name = "text", status = "text", input = "json", result = "json", error = "json",
    action = "json", waits_for = "text", steps = "integer", deadline_ms = "integer", file = "text",
    version = "integer", created_ms = "integer", updated_ms = "integer", due_ms = "integer",
    looks = "integer", claimed_until = "integer",
  },
}

M.steps = {
  key = "id",
  index = { "flow" },
  search = { "flow, number" },
  since = { number = 2, kind = 2, subject = 2, line = 2, state = 2, error = 2, tries = 2, until_ms = 2 },
  columns = {
    id = "text", flow = "text", name = "text", value = "json", time_ms = "integer", number = "integer",
    kind = "text", subject = "text", line = "text", state = "text", error = "json", tries = "integer",
    until_ms = "integer",
  },
}

return M
