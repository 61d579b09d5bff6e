-- The way of notifications: out of order, twice, late, lost, altered on the way, sent again by somebody
-- who has heard them, and tried again by the provider while nobody acknowledges them.

local M = {}

local TRIES = 5

-- Takes what the provider has to tell.
local function collect(run)
  run.box:settle()
  for _, entry in ipairs(run.box.webhooks:due()) do
    if entry.provider == run.adapter.name then run.mail[#run.mail + 1] = { entry = entry, tries = 0 } end
  end
end

--- A notification that nobody gets. Of what the console gives back, and of a renewal that no subscription
-- shows, nothing else tells.
function M.drop(run, letter)
  if letter.entry.type == "Refund" or run.kind.renews then run.is_untold = true end
end

local function copied(request)
  local out = {}
  for name, value in pairs(request) do out[name] = value end
  return out
end

local function altered(run, request)
  local out, at = copied(request), run.random:upto(math.max(#request.body, 1))
  out.body = request.body:sub(1, at - 1) .. string.char(run.random:upto(94) + 32) .. request.body:sub(at + 1)
  return out
end

-- The event that the client answers, and whether the provider takes the reply for an acknowledgement.
local function receive(run, process, request, entry)
  local reply, event, err = process.pay.notifications:receive("it", request)
  if type(reply) ~= "table" or not reply.status then run.invariants:fail "no reply to a notification" end
  run:note("  notification (%s): %d %s", entry.type, reply.status, tostring(err or event and event.type))
  local taken = reply.status and entry.accepted(reply.status, reply.body or "")
  if taken and event and not err then
    run.invariants:acknowledged(event, event.id and "it/" .. event.id)
    return event
  end
  return nil, taken
end

-- What was acknowledged comes once more, and nothing is written for it.
local function receive_again(run, process, request, entry, event)
  if event.verified_by ~= "signature" or event.type == "hint" then return end
  local before = run.invariants.units
  local calm = run.calm
  run.calm, run.tasks.held = true, true
  receive(run, process, copied(request), entry)
  run.calm, run.tasks.held = calm, nil
  if run.invariants.units ~= before then run.invariants:fail "a notification that came twice changed something" end
end

local function carry(run, process, letter)
  local entry = letter.entry
  letter.tries = letter.tries + 1
  local request = run.box.webhooks:request(entry, run.box:stamp_ms())
  run.seen[#run.seen + 1] = { request = copied(request), entry = entry }
  run.carried[letter] = process
  local event, taken = receive(run, process, request, entry)
  run.carried[letter] = nil
  if event and run.random:chance(20) then receive_again(run, process, request, entry, event) end
  local answered = (event or taken) and not run:luck(run.net_faults)
  if answered then return end
  if letter.tries < TRIES or run.calm then run.mail[#run.mail + 1] = letter else M.drop(run, letter) end
end

--- One notification of those that wait, whichever.
function M.deliver(run, process)
  collect(run)
  if #run.mail == 0 then return end
  local letter = table.remove(run.mail, run.random:upto(#run.mail))
  if run:luck(run.net_faults) then
    run:note "  a notification is lost"
    if run.random:chance(50) then run.mail[#run.mail + 1] = letter else M.drop(run, letter) end
    return
  end
  carry(run, process, letter)
end

--- Somebody sends again what was sent before, as it was or with a byte changed.
function M.replay(run, process)
  local heard = run.random:pick(run.seen)
  if not heard then return end
  local request = run.random:chance(30) and altered(run, heard.request) or copied(heard.request)
  receive(run, process, request, heard.entry)
end

--- What a process that is gone had not answered.
function M.hand_back(run, process)
  local letters = {}
  for letter, by in pairs(run.carried) do
    if by == process then letters[#letters + 1] = letter end
  end
  table.sort(letters, function(a, b) return a.entry.id < b.entry.id end)
  for _, letter in ipairs(letters) do
    run.carried[letter], run.mail[#run.mail + 1] = nil, letter
  end
end

--- All that waits, one after the other, whatever it takes.
function M.deliver_all(run, process)
  collect(run)
  local letters = run.mail
  run.mail = {}
  for _, letter in ipairs(letters) do
    if letter.tries <= TRIES + 3 then carry(run, process, letter) end
  end
end

return M
