-- Rules as text in a file of their own, and deciding by them.

local route = require "obol.route"

local M = {}

M.accounts = { a = true, b = true, c = true, web = true, cards_us = true, cards_eu = true }
-- Monday 2026-03-02 12:00 UTC
M.NOON = 1772452800000

--- Writes `text` to a fresh file: its path.
function M.file(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

--- Loads rules from a text: what route.load answers, and the path.
function M.load(text)
  local path = M.file(text)
  local loaded, wrong = route.load(path, M.accounts)
  os.remove(path)
  return loaded, wrong, path
end

--- The rules of a text that has to be good.
function M.good(text)
  local loaded, wrong = M.load(text)
  assert(loaded, wrong and wrong[1].field .. ": " .. wrong[1].message)
  return loaded
end

--- What is wrong with a text: a list of { field =, message = }, `@` standing for the file's path.
function M.wrong(text)
  local loaded, wrong, path = M.load(text)
  assert(not loaded, "expected mistakes")
  for _, problem in ipairs(wrong) do
    local from, to = problem.message:find(path, 1, true)
    if from then problem.message = problem.message:sub(1, from - 1) .. "@" .. problem.message:sub(to + 1) end
  end
  return wrong
end

--- Decides a payment, looking at every account: decision, error, as far as it came.
function M.decide(routes, params, more)
  local call = { params = params, operation = "payment.create", now_ms = M.NOON, all = true }
  for key, value in pairs(more or {}) do call[key] = value end
  return route.decide(routes, call)
end

--- Whether one rule with this `when` (as text) takes a payment.
function M.takes(when, params, more)
  local decision, err = M.decide(M.good("return { { when = " .. when .. ", to = 'a' } }"), params, more)
  if decision then return true end
  if err.kind ~= "unsupported" then return nil, err end
  return false
end

return M
