--- Splits by weight that stick to a key, by weighted rendezvous hashing: each account draws a number from its name
-- and the key alone, and the best draw wins. Changing one account's weight changes that account's draws
-- alone, so that only keys move which come to it or leave it.

local crypto = require "obol.crypto"

local M = {}

local log = math.log

-- 48 bits of a digest, which a double holds exactly, as a number above 0 and below 1.
local function uniform(salt, account, key)
  local a, b, c, d, e, f = crypto.digest("sha256", salt .. "\0" .. account .. "\0" .. key):byte(1, 6)
  return (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f + 0.5) / 281474976710656
end

--- The draws of `key` over `weights`, a list of { account =, weight = (integer, 0 or more) }: a list of { account =,
-- weight =, score = }, the best first; without those of weight 0. The same on every Lua and machine.
function M.draw(weights, salt, key)
  local list = {}
  for _, one in ipairs(weights) do
    if one.weight > 0 then
      list[#list + 1] = { account = one.account, weight = one.weight,
        score = -one.weight / log(uniform(salt, one.account, key)) }
    end
  end
  table.sort(list, function(a, b)
    if a.score ~= b.score then return a.score > b.score end
    return a.account < b.account
  end)
  return list
end

return M
