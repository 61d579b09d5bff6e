local obol = require "obol"
local sandbox = require "obol.sandbox"

-- Two processes work at the same moment: what they send has to be told apart all the same.
describe("two clients at the same moment", function()
  local box, words

  setup(function()
    box = sandbox.new { clock_ms = 1700000000000, seed = "nonce" }
    words = box:accounts().appwheel
    words.provider = "appwheel"
    for _, key in ipairs { "secret", "webhook_secret" } do words[key] = obol.secret(words[key]) end
  end)

  local function open(sent)
    local transport = box:transport()
    return assert(obol.open { mode = "test", ledger = "memory", accounts = { subs = words },
      clock = function() return 1700000000000 end,
      transport = { send = function(request, options)
        sent[#sent + 1] = request.headers["x-request-nonce"]
        return transport.send(request, options)
      end } })
  end

  it("may ask the same thing, and neither is taken for a repeated request", function()
    local sent = {}
    local one, other = open(sent), open(sent)
    for _ = 1, 20 do
      assert(one.products:list())
      assert(other.products:list())
    end
    local seen = {}
    for _, nonce in ipairs(sent) do
      assert.matches("^17000000000%d%d%d%d%d%d%d%d$", nonce)
      assert.is_nil(seen[nonce])
      seen[nonce] = true
    end
    assert.equal(40, #sent)
  end)

  it("make calls of their own beneath everything, also on one ledger", function()
    local ledger, keys = require("obol.ledger").open "memory", {}
    for place = 1, 2 do
      local pay = assert(obol.open { mode = "test", ledger = ledger, accounts = { subs = words },
        clock = function() return 1700000000000 end,
        transport = { send = function() return nil, { kind = "network", outcome = "unknown", message = "lost" } end } })
      local params = { customer = { id = "u-7" }, item = { product_id = "price_vip_monthly" },
        return_url = "https://shop.example/ok", cancel_url = "https://shop.example/no" }
      local seen
      pay:watch(function(record) seen = seen or record.key end)
      pay:call("subs", "subscription.create", params)
      keys[place] = seen
    end
    assert.is_string(keys[1])
    assert.not_equal(keys[1], keys[2])
  end)
end)
