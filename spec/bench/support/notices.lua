-- Notifications made durable, each one a unit of the ledger.

local program = require "bench.support.program"
local units = require "bench.support.units"

local M = {}

local count = 0

--- Opens the ledger at `place`, or in a file of its own; `M.folder` is where files may lie.
function M.start(place)
  M.folder = program.output "mktemp -d /tmp/obol-bench.XXXXXX":match "%S+"
  M.ledger = assert(require("obol.ledger").open(place or "sqlite:" .. M.folder .. "/a.db"))
  assert(M.ledger:id())
end

--- One notification, as the client records it once it was acted on.
function M.keep()
  count = count + 1
  local id = ("cards/evt_%08d"):format(count)
  assert(M.ledger:apply_event {
    id = id, account = "cards", type = "payment.succeeded", order_id = ("A-%08d"):format(count),
    provider_id = ("ch_%024d"):format(count), customer_id = "u-1001", verified_by = "sha256",
    received_ms = 1738513709476, applied_ms = 1738513709480,
  } == "new")
end

--- So many waves of so many at once.
function M.waves(waves, width) units.waves(waves, width, M.keep) end

function M.stop()
  if M.ledger then M.ledger:close() end
  if M.folder then program.output("rm -rf " .. program.quote(M.folder)) end
end

return M
