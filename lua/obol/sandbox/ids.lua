--- Identifiers that look like the real ones. All come from one seed, so a sandbox with a given seed
-- gives the same ids in every run.

local crypto = require "obol.crypto"

local M = {}
local Ids = {}
Ids.__index = Ids

local ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

local function random_seed()
  local source = io.open("/dev/urandom", "rb")
  local bytes = source and source:read(32)
  if source then source:close() end
  return bytes or (tostring({}) .. os.time() .. os.clock())
end

--- Makes a source of ids from `seed` (text), or from the machine's random numbers.
function M.new(seed)
  return setmetatable({ seed = seed or random_seed(), count = 0 }, Ids)
end

local function letters(seed, length)
  local out, block = {}, 0
  while #out < length do
    block = block + 1
    local digest = crypto.digest("sha256", seed .. "/" .. block)
    for i = 1, #digest do
      local value = digest:byte(i)
      if value < 248 and #out < length then
        local at = value % 62 + 1
        out[#out + 1] = ALPHABET:sub(at, at)
      end
    end
  end
  return table.concat(out)
end

--- Text of `length` letters and digits that depends on the seed and on `name` alone.
function Ids:named(name, length)
  return letters(self.seed .. "/" .. name, length)
end

--- A new id: `prefix` and then `length` (24 if not given) letters and digits.
function Ids:next(prefix, length)
  self.count = self.count + 1
  return prefix .. letters(string.format("%s#%d", self.seed, self.count), length or 24)
end

--- A new number, counting from 1.
function Ids:number()
  self.count = self.count + 1
  return self.count
end

return M
