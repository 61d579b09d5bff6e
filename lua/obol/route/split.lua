--- Splits by weight that stick to a key, by weighted rendezvous hashing: each account draws a number from its name
-- and the key alone, and the best draw wins. Changing one account's weight changes that account's draws
-- alone, so that only keys move which come to it or leave it.

local crypto = require "obol.crypto"

local M = {}

local log, digest = math.log, crypto.digest

-- 48 bits of a digest, which a double holds exactly, as a number above 0 and below 1.
local function uniform(head, key)
  local a, b, c, d, e, f = digest("sha256", head .. key):byte(1, 6)
  return (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f + 0.5) / 281474976710656
end

-- What stands before the key of each account's draw, made once for a list of weights.
local function heads_of(weights, salt)
  if weights.salt ~= salt then
    weights.salt, weights.heads = salt, {}
    for place, one in ipairs(weights) do weights.heads[place] = salt .. "\0" .. one.account .. "\0" end
  end
  return weights.heads
end

local function is_better(one, other)
  if one.score ~= other.score then return one.score > other.score end
  return one.account < other.account
end

--- The draws of `key` over `weights`, a list of { account =, weight = (integer, 0 or more) }: a list of { account =,
-- weight =, score = }, the best first; without those of weight 0. The same on every Lua and machine.
function M.draw(weights, salt, key)
  local list, count, heads = {}, 0, heads_of(weights, salt)
  for index = 1, #weights do
    local account, weight = weights[index].account, weights[index].weight
    if weight > 0 then
      local one = { account = account, weight = weight, score = -weight / log(uniform(heads[index], key)) }
      -- put where it belongs, because there are few
      local place = count
      while place > 0 and is_better(one, list[place]) do
        list[place + 1] = list[place]
        place = place - 1
      end
      list[place + 1], count = one, count + 1
    end
  end
  return list
end

return M
