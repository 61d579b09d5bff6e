local secret = require "obol.secret"

describe("a secret", function()
  it("is made of text or of another secret", function()
    assert.equal("k3y", secret("k3y"):reveal())
    assert.equal("k3y", secret(secret "k3y"):reveal())
  end)

  it("refuses anything else at the caller's line, and does not show it", function()
    for _, wrong in ipairs { 4111, true, { "k3y" }, print } do
      local line = debug.getinfo(1, "l").currentline + 1
      local ok, message = pcall(function() local made = secret(wrong) return made end)
      assert.is_false(ok)
      local where = "secret_spec.lua:" .. line .. ": "
      assert.truthy(message:find(where .. "expected a string or an obol.secret, got " .. type(wrong), 1, true))
      assert.is_nil(message:find("4111", 1, true))
    end
    assert.has_error(function() return secret() end)
  end)
end)
