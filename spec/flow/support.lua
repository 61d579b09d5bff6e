-- A client of one made-up account and some flows, on a ledger of a kind of spec.ledger.places.

local client_support = require "spec.client.support"
local notified = require "spec.client.notified"
local obol = require "obol"

local M = { NOW = client_support.NOW, install = client_support.install }

M.page = { outcome = "accepted", provider_id = "tx-1",
  action = { type = "redirect", url = "https://pay.example/1" } }
M.paid = { outcome = "succeeded", provider_id = "tx-1" }
M.declined = { outcome = "declined", kind = "declined", code = "51" }

--- A payment's parameters.
M.order = notified.order

--- Opens a client: options = { ledger = (an open one), clock = { now = }, create =, query =, refund =, ... (what the
-- account answers), provider = (`cards`), config = (further members) }. Answers the client, and { state =, clock =,
-- ledger =, transport =, records = (what was logged) }.
function M.open(flows, options)
  options = options or {}
  local clock = options.clock or { now = M.NOW }
  local state = options.state or { create = options.create, query = options.query, refund = options.refund }
  local about = { clock = clock, state = state, records = {} }
  about.transport = client_support.transport(function(request)
    local answer = state[request.operation:match "%.(%l+)$"]
    if request.operation:find "^refund" then answer = state.refund end
    if type(answer) == "function" then return answer(request) end
    local copy = {}
    for key, value in pairs(answer) do copy[key] = value end
    return copy
  end)
  about.ledger = options.ledger or require("obol.ledger").open "memory"
  local account = { provider = options.provider or "cards", schedule = { 5, 30, 120 } }
  local config = { mode = "test", accounts = { a = account }, ledger = about.ledger, transport = about.transport,
    clock = function() return clock.now end, flows = flows,
    log = function(record) about.records[#about.records + 1] = record end }
  for key, value in pairs(options.config or {}) do config[key] = value end
  return assert(obol.open(config)), about
end

--- Moves the clock by so many milliseconds.
function M.pass(about, ms) about.clock.now = about.clock.now + ms end

return M
