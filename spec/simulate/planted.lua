-- Bugs to be found: each changes functions of the library while it is planted, and nothing else does.

local attempt = require "obol.client.attempt"
local confirm = require "obol.client.notice.confirm"
local keys = require "obol.client.keys"
local ledgers = require "obol.ledger"
local note = require "obol.client.notice.note"
local notice = require "obol.client.notice"
local refund_settle = require "obol.client.refund_settle"
local schedule = require "obol.client.schedule"
local settle = require "obol.client.settle"
local states = require "obol.ledger.states"

local M = {}

-- Puts `make(plain)` in the place of each function of `list` = { { table, name, make } }.
local function replaced(list)
  return function()
    local plain = {}
    for place, row in ipairs(list) do
      plain[place] = row[1][row[2]]
      row[1][row[2]] = row[3](plain[place])
    end
    return function()
      for place, row in ipairs(list) do row[1][row[2]] = plain[place] end
    end
  end
end

local function merged(row, changes)
  local out = {}
  for _, from in ipairs{ row or {}, changes or {} } do
    for column, value in pairs(from) do
      if value == ledgers.none then value = nil end
      out[column] = value
    end
  end
  return out
end

local postponed = setmetatable({}, { __mode = "k" })

local function begin_later()
  return function(_, unit, before)
    postponed[unit.attempt] = unit
    local row = unit.new and merged(unit.new) or merged(before, unit.to)
    row.version = (unit.version or 0) + 1
    return row
  end
end

local function begin_after(plain)
  return function(client, one, call)
    local result, err, reply = plain(client, one, call)
    if postponed[one] then client.ledger:begin_attempt(postponed[one]) end
    return result, err, reply
  end
end

local function takes_silence_for_no(plain)
  return function(...)
    local result, err, reply = plain(...)
    if result.outcome == "unknown" then result = { outcome = "declined", kind = "declined", left = true } end
    return result, err, reply
  end
end

local function forgets_success(plain)
  return function(client, row, ...)
    return plain(client, row.status == "succeeded" and merged(row, { status = "processing" }) or row, ...)
  end
end

local function names_anew(plain)
  local count = 0
  return function(...)
    local made = plain(...)
    count = count + 1
    made.id = made.id and ("%s#%d"):format(made.id, count)
    return made
  end
end

local function without_also(plain)
  return function(client, unit, before)
    if unit.subject == "refunds" then unit.also = nil end
    return plain(client, unit, before)
  end
end

local function drops_surplus(plain)
  return function(...)
    local unit, alarm = plain(...)
    if alarm == "surplus" then unit.to, unit.events = {}, nil end
    return unit, alarm
  end
end

local function always(value)
  return function() return function() return value end end
end

local function thanks_for_all(plain)
  return function(...)
    local word, err = plain(...)
    if word == "later" then return "accepted" end
    return word, err
  end
end

local function adds_twice(plain)
  return function(client, payment, new, about)
    return plain(client, payment, merged(new, { refund_id = new.refund_id .. "/" .. client.nonce(0) }), about)
  end
end

-- The keys of flows alone.
local function made_anew(plain)
  local count = 0
  return function(id, what, ...)
    if what ~= "flow" then return plain(id, what, ...) end
    count = count + 1
    return plain(id, what, count, ...)
  end
end

-- Where some bugs show: kinds and moods of runs.
local cards, fourmetas, pages = 1, 3, 4
local refunds, late = 2, 3

--- Each bug: `name`, `plant()` (answers what undoes it), `within` how many seeds it has to be found, and `of` the
-- runs in which it can show, as options of run.lua.
M.bugs = {
  { name = "sends before the journal", within = 20,
    plant = replaced{ { attempt, "begin", begin_later }, { attempt, "send", begin_after } } },
  { name = "rotates the key on a timeout", within = 150,
    plant = replaced{ { attempt, "send", takes_silence_for_no } } },
  { name = "accepts a backward state", within = 400,
    plant = replaced{ { settle, "unit", forgets_success }, { states, "may", always(true) } } },
  { name = "applies a notification twice", within = 100, plant = replaced{ { note, "new", names_anew } } },
  { name = "adds a refund twice", within = 400, of = { kind = cards },
    plant = replaced{ { refund_settle, "add", adds_twice } } },
  { name = "believes anybody", within = 400, of = { kind = fourmetas },
    plant = replaced{ { confirm, "is_wanted", always(false) } } },
  { name = "acknowledges what is not recorded", within = 200,
    plant = replaced{ { notice, "handle", thanks_for_all } } },
  { name = "does not count refunds that are under way", within = 400, of = { kind = cards, mood = refunds },
    plant = replaced{ { attempt, "begin", without_also } } },
  { name = "drops a second success", within = 600, of = { kind = pages, mood = late },
    plant = replaced{ { settle, "unit", drops_surplus } } },
  { name = "gives up after one question", within = 400, of = { kind = cards },
    plant = replaced{ { schedule, "is_over", always(true) } } },
  { name = "asks while the answer is awaited", within = 400, of = { kind = pages },
    plant = replaced{ { attempt, "in_flight", always(false) } } },
  { name = "makes a flow's step again under another key", within = 200, of = { flows = true },
    plant = replaced{ { keys, "derive", made_anew } } },
}

return M
