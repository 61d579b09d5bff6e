-- Cards with 3DS, and failover from one acquirer to another.
--
-- A payment goes on to the next account only once it is recorded that the one before took no money: it was never
-- reached, refused the call, or declined with a code that the rule lists. An answer that was lost proves nothing:
-- that payment stays where it is, `unknown`, until its provider has been asked.
--
-- What a bank says after its challenge comes later, by a notification, and moves nothing on: the payer is there, and
-- may try another card.

return {
  -- The payer's bank is about to be asked itself. Whoever asks it next would hear the same, so no decline moves on.
  { name = "challenged", when = { method = "card", three_ds = true }, to = { "cards", "spare" },
    failover = { hops = 1, within = "15s" } },

  -- 101 is all that this provider says of a decline. Take it out where your contract forbids to ask a second time.
  { name = "cards", when = { method = "card" }, to = { "cards", "spare" },
    failover = { hops = 1, within = "15s", declined = { "101" } } },

  -- Memberships without a card of ours: the provider has a page for them.
  { name = "memberships", when = { operation = "subscription.create" }, to = "subs" },

  -- What pays for itself elsewhere: hosted pages, wallets, game recharge. Accounts that cannot do a method are
  -- passed by, so one rule does for all of them.
  { name = "others", to = { "cards", "spare", "subs", "web", "games" } },

  accounts = {
    -- A month's agreed volume, in parts that leave time to notice.
    spare = { limits = { { amount = money("5000", "USD"), per = "1d" } } },
  },

  expect = {
    { payment = { method = "card", three_ds = true, currency = "USD", amount = "8.88" }, rule = "challenged",
      to = { "cards", "spare" } },
    { payment = { method = "card", currency = "USD", amount = "8.88" }, rule = "cards", to = { "cards", "spare" } },
    { operation = "subscription.create", payment = { customer = { id = "u-1" } }, to = "subs" },
    { payment = { method = "wechat_qr", currency = "CNY", amount = "19.99" }, to = "web" },
    { payment = { method = "game", currency = "USD", amount = "3.44" }, to = "games" },
    { name = "nobody takes QQ in dollars", payment = { method = "qq_qr", currency = "USD", amount = "1.00" },
      refused = true },
  },
}
