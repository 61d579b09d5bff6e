-- Moving card payments from the account `cards` to `spare`, in steps.
--
-- One number is changed, for example 0, 1, 10, 50, 100, with days between. At each step: `obol route test` runs what
-- is expected below, then the rules are loaded again in the running processes, which keep the old ones where the new
-- ones are bad. The way back is the same number.
--
-- The draw hangs on the customer and on this rule's name. As the number grows customers only ever move to `spare`,
-- and stay there; nobody goes to and fro, and the first per cent is the same people at every later step. What was
-- begun stays with its account: its pages, queries, refunds and renewals, for as long as that one is configured.

local MOVED = 10 -- per cent

local function card(customer)
  return { method = "card", currency = "USD", amount = "8.88", customer = customer }
end

-- Some customers stand for all of their kind: where a draw falls never changes, so it is known at which number each
-- of them moves (`obol route explain method=card customer.id=u-196` shows the draw).
local function moves_at(number, id)
  return { name = ("%s moves at %d"):format(id, number), payment = card { id = id }, rule = "moving",
    to = MOVED >= number and "spare" or "cards" }
end

return {
  -- Our own people go first, and tell. A payment may lack the field, so the function looks.
  { name = "staff", to = { "spare", "cards" }, when = { method = "card", ["customer.email"] = function(email)
    return email ~= nil and email:find("@shop%.example$") ~= nil
  end } },

  -- Where one is out of reach the other takes over, at every step in which it has a part.
  { name = "moving", when = { method = "card" }, split = { cards = 100 - MOVED, spare = MOVED }, by = "customer.id",
    failover = { hops = 1, within = "15s" } },

  { name = "memberships", when = { operation = "subscription.create" }, to = "subs" },
  { name = "others", to = { "cards", "subs", "web", "games" } },

  accounts = {
    -- A mistake at the new account costs this much a day at most; taken out when it has earned trust.
    spare = { limits = MOVED < 100 and { { amount = money("20000", "USD"), per = "1d" } } or nil },
  },

  expect = {
    { name = "staff", payment = card { id = "u-149", email = "ann@shop.example" }, rule = "staff", to = "spare" },
    moves_at(1, "u-196"), moves_at(10, "u-1"), moves_at(50, "u-98"), moves_at(100, "u-149"),
    { payment = { method = "checkout", currency = "USD", amount = "8.88" }, rule = "others" },
  },
}
