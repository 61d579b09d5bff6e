--- When a flow that waits is looked at again, in ms since 1970.

local M = {}

local SECOND, MINUTE, HOUR = 1000, 60000, 3600000
local JITTER = 0.1

local function spread(client, ms)
  return math.floor(ms * (1 + JITTER * client.random()))
end

--- The pause before a step is tried again that failed `tries` times: 5 s, then twice as long each time, an hour
-- at most.
function M.pause_ms(client, tries)
  return spread(client, math.min(5 * SECOND * 2 ^ math.min(tries - 1, 20), HOUR))
end

--- When what is waited for is looked at, unless an event comes before: `row` is that of the payment, refund or
-- subscription, `looks` how often this was done in vain. Somewhat after it is asked about by pay:reconcile, so
-- that nothing is asked twice.
function M.poll_ms(client, row, looks)
  local now = client.clock()
  local least = now + spread(client, math.min(5 * SECOND * 2 ^ math.min(looks, 20), HOUR))
  local asked = row.due_ms and row.due_ms + 5 * SECOND or now + HOUR
  return math.max(least, math.min(asked, now + HOUR))
end

--- When a flow that waits for a word looks for it, should it not be told.
function M.word_ms(client)
  return client.clock() + spread(client, 30 * MINUTE)
end

return M
