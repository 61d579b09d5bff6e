--- Finding what the user named, with the nearest name where there is no such thing.

local nearest = require "obol.nearest"
local core = require "obol.core"

local M = {}

local function hint(name, known, otherwise)
  local found = nearest.hint(name, known)
  return found ~= "" and found or otherwise
end

--- The table of a provider, or nil and a word on what is wrong.
function M.provider(name)
  local provider = core.describe(name)
  if provider then return provider end
  local known = {}
  for _, each in ipairs(core.providers()) do known[each] = true end
  return nil, "no provider has this name" .. hint(name, known, "; `obol providers` lists them")
end

--- The variants of an operation of a provider's table, or nil and a word on what is wrong.
function M.operation(provider, name)
  local known, variants = {}, {}
  for _, operation in ipairs(provider.operations) do
    known[operation.name] = true
    if operation.name == name then variants[#variants + 1] = operation end
  end
  if #variants > 0 then return variants end
  return nil, provider.name .. " has no such operation"
    .. hint(name, known, ("; `obol describe %s` lists them"):format(provider.name))
end

--- A word on an account's name that the configuration lacks.
function M.account(name, accounts)
  local known = {}
  for each in pairs(accounts) do known[#known + 1] = each end
  table.sort(known)
  return "the configuration has no account of this name"
    .. hint(name, accounts, #known > 0 and "; it has " .. table.concat(known, ", ") or "")
end

return M
