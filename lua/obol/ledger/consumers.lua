--- The ledger's methods for those who are handed events. Each consumer has a row: how far it is
-- (`cursor`), what it has done beyond that (`done`: ranges of numbers, from, to, from, to, ...), and until when
-- one process hands events out under its name. `version` fences off a process that lost that right.

local errors = require "obol.error"
local rows = require "obol.ledger.rows"

local M = {}

local function read(self, name)
  local consumer, err = self.store:get("consumers", name)
  if err then return nil, err end
  if not consumer then return { name = name, cursor = 0, done = {}, is_new = true } end
  consumer.done = consumer.done or {}
  return consumer
end

-- Writes the consumer's row if nobody else did since it was read: true, or nil and an error (`conflict`).
local function write(self, consumer, time_ms, until_ms)
  local to = { name = consumer.name, cursor = consumer.cursor, done = consumer.done, updated_ms = time_ms,
    claimed_until = until_ms, version = (consumer.version or 0) + 1 }
  local change = { put = "consumers", row = to }
  if not consumer.is_new then
    to.claimed_until = until_ms or rows.none
    change = { set = "consumers", key = consumer.name, to = to, expect = { version = consumer.version or rows.none } }
  end
  local ok, err = self.store:run { change }
  if not ok then return nil, err end
  consumer.version, consumer.claimed_until, consumer.is_new = to.version, until_ms, nil
  return true
end

--- Takes the right to hand out events under this name until the moment `until_ms`: the consumer, or nil
-- and an error (`conflict` while somebody else has it).
function M:take_consumer(name, time_ms, until_ms)
  local consumer, err = read(self, name)
  if not consumer then return nil, err end
  if (consumer.claimed_until or 0) > time_ms then
    return nil, errors.new { kind = "conflict", message = "events are handed out under this name already" }
  end
  local ok
  ok, err = write(self, consumer, time_ms, until_ms)
  if not ok then return nil, err end
  return consumer
end

--- Keeps that right until `until_ms`, or gives it up (nil): true, or nil and an error (`conflict` when it
-- was lost).
function M:keep_consumer(consumer, time_ms, until_ms)
  return write(self, consumer, time_ms, until_ms)
end

-- The events of a page that are not done, put behind `found`; answers where to read on, nil at the end.
local function gather(page, next_page, consumer, found, limit)
  local done, place, last = consumer.done, 1, nil
  for _, event in ipairs(page) do
    while done[place + 1] and done[place + 1] < event.seq do place = place + 2 end
    last = event.seq
    if not done[place] or event.seq < done[place] then
      if #found < limit then found[#found + 1] = event end
    elseif done[place + 1] > event.seq then
      -- nothing to read before the end of what is done
      return ("%d"):format(done[place + 1])
    end
  end
  return next_page and ("%d"):format(last) or nil
end

--- Events that a consumer (its name, or what take_consumer answered) has not done, oldest first, behind the one
-- with the number `seq` (nil: all): consumer, events (or nil, err).
function M:pending_events(consumer, limit, seq)
  local err
  if type(consumer) == "string" then
    consumer, err = read(self, consumer)
    if not consumer then return nil, err end
  end
  local found, after = {}, ("%d"):format(math.max(consumer.cursor, seq or 0))
  while after and #found < limit do
    local page, next_page = self.store:select("events", { after = after, limit = limit })
    if not page then return nil, next_page end
    after = gather(page, next_page, consumer, found, limit)
  end
  return consumer, found
end

-- The ranges with one number more.
local function add(done, seq)
  local ranges, placed = {}, false
  local function put(from, to)
    if #ranges > 0 and ranges[#ranges] >= from - 1 then
      ranges[#ranges] = math.max(ranges[#ranges], to)
    else
      ranges[#ranges + 1], ranges[#ranges + 2] = from, to
    end
  end
  for place = 1, #done, 2 do
    if not placed and seq < done[place] then
      put(seq, seq)
      placed = true
    end
    put(done[place], done[place + 1])
  end
  if not placed then put(seq, seq) end
  return ranges
end

--- Records that the consumer has done one event more; done in one row they move the cursor. The right
-- to hand out is kept until `until_ms`. True, or nil and an error (`conflict`: somebody else has it now).
function M:event_done(consumer, seq, time_ms, until_ms)
  local done, cursor = add(consumer.done, seq), consumer.cursor
  if done[1] == cursor + 1 then
    cursor = done[2]
    table.remove(done, 1)
    table.remove(done, 1)
  end
  local before_done, before_cursor = consumer.done, consumer.cursor
  consumer.done, consumer.cursor = done, cursor
  local ok, err = write(self, consumer, time_ms, until_ms)
  if ok then return true end
  consumer.done, consumer.cursor = before_done, before_cursor
  return nil, err
end

return M
