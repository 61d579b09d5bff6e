--- Where SQLite and PostgreSQL do not agree.
--
-- A dialect has `types` (of columns), `place` (the column that numbers rows as they are inserted, given
-- by the database), `counter` (the same in the table of events), `catalog` (whether a table is there, as
-- one row), `numbered` (whether an event has its number as soon as it is inserted) and `events` (further
-- statements of the first version: the table of events refuses to be changed).

local M = {}

M.sqlite = {
  name = "sqlite",
  types = { text = "text", integer = "integer", flag = "integer", json = "text" },
  place = "place integer primary key",
  -- `seq` is what numbers the rows of the file itself: one writer at a time, no row deleted, so no gaps
  counter = "seq integer primary key",
  numbered = true,
  options = "strict",
  catalog = "select 1 as found from sqlite_schema where type = 'table' and name = $1",
  events = {
    "create trigger obol_events_kept before update on obol_events begin " ..
      "select raise(abort, 'events are append-only'); end",
    "create trigger obol_events_held before delete on obol_events begin " ..
      "select raise(abort, 'events are append-only'); end",
  },
}

-- Transactions commit in another order than they insert. A number given while inserting would let a
-- reader pass one that commits later, and a counter that all units raise would make all processes wait
-- for each other. So events are numbered after they are committed, by who reads them (numbering.lua).
M.postgres = {
  name = "postgres",
  types = { text = "text", integer = "bigint", flag = "smallint", json = "text" },
  place = "place bigint generated always as identity unique",
  counter = "place bigint generated always as identity unique, seq bigint unique",
  numbered = false,
  options = "",
  catalog = "select 1 as found where to_regclass($1) is not null",
  events = {
    [[create function obol_events_keep() returns trigger language plpgsql as $$
      declare given bigint;
      begin
        if tg_op = 'UPDATE' and old.seq is null and new.seq is not null then
          given := new.seq;
          new.seq := null;
          if new is not distinct from old then
            new.seq := given;
            return new;
          end if;
        end if;
        raise exception 'events are append-only';
      end $$]],
    "create trigger obol_events_kept before update or delete on obol_events " ..
      "for each row execute function obol_events_keep()",
    "create index obol_events_unnumbered on obol_events (place) where seq is null",
  },
}

return M
