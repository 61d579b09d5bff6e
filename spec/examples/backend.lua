-- The shop's own systems, as specs of the example flows want them: they remember by the key as
-- scripts/flows/backend.lua does, count what they did, and can be down, or answer otherwise.

local M = {}

local names = { "hold", "release", "ship", "grant", "revoke", "credit", "points", "mail" }

--- Puts a fresh one in the place of the module `backend`: { done = list of texts ("ship hold-A-1"), asked = how often
-- each was called, down = set of names that raise, answers = what is answered instead (a table { value }) }.
function M.install()
  local backend = { done = {}, asked = {}, down = {}, answers = {} }
  local seen = {}
  for _, name in ipairs(names) do
    backend[name] = function(...)
      local given = { ... }
      local key = given[#given]
      assert(type(key) == "string" and #key == 32, "expected a step's key")
      backend.asked[name] = (backend.asked[name] or 0) + 1
      if backend.down[name] then error(name .. ": down", 0) end
      if seen[key] then return seen[key][1] end
      local words = {}
      for place = 1, #given - 1 do words[place] = type(given[place]) == "table" and "..." or tostring(given[place]) end
      backend.done[#backend.done + 1] = name .. " " .. table.concat(words, " ")
      local answer = backend.answers[name]
      if answer then
        answer = answer[1]
      elseif name == "hold" or name == "ship" then
        answer = name .. "-" .. given[1]
      elseif name == "credit" then
        answer = true
      end
      seen[key] = { answer }
      return answer
    end
  end
  package.loaded.backend = backend
  return backend
end

return M
