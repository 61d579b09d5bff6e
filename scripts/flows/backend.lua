--- Stands for your own systems: stock, shipping, memberships, the game's players, mail.
--
-- A flow's step may run more than once, after a crash for example, and always with the same key. So each function
-- here looks whether it has done the work under this key, and if so answers what it answered then. Here a file
-- remembers that (OBOL_BACKEND is its path, else backend.log); in a database of yours it is a row with the key, written
-- in the same transaction as the work.

local json = require "obol.json"

local M = { path = os.getenv "OBOL_BACKEND" or "backend.log" }

-- What was done, oldest first: a list of { key =, did =, answer = }. A line that was cut off is none.
local function entries()
  local list, file = {}, io.open(M.path)
  if not file then return list end
  for line in file:lines() do list[#list + 1] = json.decode(line) end
  file:close()
  return list
end

local function once(key, did, answer)
  for _, entry in ipairs(entries()) do
    if entry.key == key then return entry.answer end
  end
  local file = assert(io.open(M.path, "a"))
  assert(file:write(json.encode { key = key, did = did, answer = answer }, "\n"))
  assert(file:close())
  return answer
end

--- Puts goods aside for an order: the id of what is held, or nil where they are sold out.
function M.hold(order_id, items, key)
  local names = {}
  for place, item in ipairs(items) do names[place] = item.name end
  return once(key, ("held %s for %s"):format(table.concat(names, ", "), order_id), "hold-" .. order_id)
end

--- Puts goods back into the stock.
function M.release(hold, key) once(key, "released " .. hold) end

--- Sends goods: the parcel's number; nil where they cannot be sent at all.
function M.ship(order_id, hold, key) return once(key, "shipped " .. hold, "parcel-" .. order_id) end

--- Opens what a membership gives.
function M.grant(customer, product, key) once(key, ("%s may use %s"):format(customer, product)) end

--- Closes it.
function M.revoke(customer, key) once(key, customer .. " may not use it any more") end

--- Puts an item into a player's bag: true; false where there is no such player.
function M.credit(player, item, key) return once(key, ("player %s has item %s"):format(player, item), true) end

--- Adds points to a customer's card, or takes them away where `points` is below 0.
function M.points(customer, points, key) once(key, ("%s: %d points"):format(customer, points)) end

--- Writes to somebody.
function M.mail(to, text, key) once(key, ("mail to %s: %s"):format(to, text)) end

--- All that was done, oldest first: a list of texts.
function M.done()
  local list = {}
  for place, entry in ipairs(entries()) do list[place] = entry.did end
  return list
end

return M
