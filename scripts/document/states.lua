-- The page of states, from the table of transitions that the ledger holds to.

local states = require "obol.ledger.states"

local M = {}

local kinds = {
  { "payment", "Payments", {
    created = "recorded, and its call not answered yet; or refused by one account and about to go to the next",
    requires_action = "the payer has something to do",
    processing = "under way", unknown = "nobody knows yet: it is asked about", succeeded = "paid; it stays so",
    failed = "proven not paid; `create` may begin the next attempt",
    expired = "not paid in time; `create` may begin the next attempt",
    canceled = "closed at our wish",
  } },
  { "refund", "Refunds", {
    created = "recorded, and its call not answered yet", processing = "under way",
    unknown = "nobody knows yet: it is asked about", succeeded = "given back",
    failed = "proven not given back; the same id may be tried again",
  } },
  { "subscription", "Subscriptions", {
    incomplete = "its first charge is not paid yet", trialing = "in force, not charged yet", active = "in force",
    past_due = "a charge was not paid, and the provider tries again", paused = "held",
    canceled = "ended, and not to be renewed", expired = "ended",
  } },
  { "flow", "Flows", {
    running = "one of its steps is under way, or is its turn now",
    waiting = "for a payment, a time or a word from outside",
    stopped = "something is wrong with it; a person looks, and `resume` lets it go on",
    succeeded = "its function has ended", failed = "it ended by `flow:fail` or its deadline, with its undo steps done",
  } },
}

local function add_kind(out, kind, title, words)
  out[#out + 1] = "## " .. title .. "\n"
  out[#out + 1] = "```mermaid\n" .. states.picture(kind) .. "```\n"
  out[#out + 1] = "| state | | may become |\n|---|---|---|"
  for _, name in ipairs(states.names(kind)) do
    local after = {}
    for _, to in ipairs(states.transitions[kind][name]) do
      if to ~= name then after[#after + 1] = "`" .. to .. "`" end
    end
    out[#out + 1] = ("| `%s` | %s | %s |"):format(name, assert(words[name], name), table.concat(after, ", "))
  end
  out[#out + 1] = ""
end

local outcomes = { "not_sent", "rejected", "declined", "abandoned", "accepted", "succeeded", "unknown" }

local function add_outcomes(out)
  out[#out + 1] = "## What an attempt makes of its payment\n"
  out[#out + 1] = "| outcome of the attempt | the payment, when no other account is left | the next attempt |"
  out[#out + 1] = "|---|---|---|"
  for _, name in ipairs(outcomes) do
    local row = states.outcomes[name]
    local status = "`" .. row.payment .. "`"
    if row.payment_with_action then
      status = ("`%s` where the payer has something to do, else `%s`"):format(row.payment_with_action, row.payment)
    end
    local next_one = row.raises and "has a key of its own" or row.again and "sends the same key again"
      or row.closed and "none" or "none while it is open"
    out[#out + 1] = ("| `%s` | %s | %s |"):format(name, status, next_one)
  end
  out[#out + 1] = ""
end

--- The page.
function M.page()
  local out = { "# States", "",
    "Written by `make docs` from the table of transitions that the ledger holds to: what is not in it is refused,",
    "and the refusal recorded. `failed`, `expired` and `canceled` become `succeeded` when money is proven to have",
    "come all the same, with an alarm.", "" }
  for _, kind in ipairs(kinds) do add_kind(out, kind[1], kind[2], kind[3]) end
  add_outcomes(out)
  return table.concat(out, "\n")
end

return M
