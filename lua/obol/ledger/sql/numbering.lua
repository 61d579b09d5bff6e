--- Numbers for events where the database itself cannot give them in the order of commits.
--
-- Whoever reads the events numbers first what was committed since: in the order in which it was
-- inserted, which for the events of one payment is that of their commits, as each of its units holds
-- the payment's row. So a number once seen never gets a smaller one behind it, and there are no gaps.

local M = {}

--- Whether there are events without a number; stands beside a query, in its unit.
M.question = { "select 1 as found from obol_events where seq is null limit 1" }

--- Numbers the first of them. Who comes second waits for the row of the ledger, and then sees what the first did.
M.unit = {
  { "select version from obol_ledger for update" },
  { [[update obol_events as event set seq = given.number from (
        select place, (select coalesce(max(seq), 0) from obol_events) + row_number() over (order by place) as number
        from obol_events where seq is null order by place limit 1000
      ) as given where event.place = given.place]] },
}

return M
