-- What an account says of itself, besides what its provider's sheet is about.

local obol = require "obol"
local fourmetas = require "spec.account.fourmetas_support"
local mincloud = require "spec.account.mincloud_support"
local ruxpay = require "spec.account.ruxpay"
local support = require "spec.account.support"
local defined = require "spec.provider.support"

describe("an account", function()
  it("says whether its signature needs a nonce", function()
    assert.is_true(support.account().nonce)
    for _, of in ipairs{ fourmetas, mincloud, ruxpay } do assert.is_false(of.account().nonce) end
  end)

  it("of a provider that is defined in Lua has one, as its function may need it", function()
    assert(obol.provider.define(defined.definition()))
    assert.is_true(assert(obol.account{ provider = "bolt", merchant = "m", key = obol.secret "k3y" }).nonce)
  end)
end)
