-- Notifications of every provider by the handler, and those who only pretend.

local support = require "spec.nginx.checkout.support"

describe("notify", function()
  local at
  before_each(function() at = support.open() end)

  local function verdicts()
    local found, text = {}, at.request("metrics", { path = "/metrics" }).body
    for account, verdict, count in text:gmatch 'obol_callbacks_total{account="([^"]*)",verdict="([^"]*)"} (%d+)' do
      found[account .. "/" .. verdict] = tonumber(count)
    end
    return found
  end

  local function send(path, more)
    local request = { method = "POST", path = path, body = "{}", headers = { ["content-type"] = "application/json" } }
    for name, value in pairs(more or {}) do request[name] = value end
    return at.request("notify", request)
  end

  for account, case in pairs {
    web = { order = support.tea "N-web", way = "web/wechat_qr" },
    cards = { order = support.lights "N-cards", way = "cards/checkout" },
    games = { order = support.lights("N-games", { items = { { product_id = 1 } } }), way = "games/game" },
  } do
    it("takes what the provider of `" .. account .. "` says, once", function()
      at.browser().submit(at.link(case.order), case.way)
      assert(at.box:pay(case.order.order_id))
      local answers = at.deliver()
      assert.equal(1, #answers)
      assert.equal(200, answers[1].status)
      assert.equal("succeeded", at.pay.payments:get(case.order.order_id).status)
      at.box:resend(at.box:deliveries()[1].id)
      assert.equal(200, at.deliver()[1].status)
      assert.same({ [account .. "/accepted"] = 1, [account .. "/duplicate"] = 1 }, verdicts())
    end)
  end

  it("takes a forwarded event of AppWheel's as a hint", function()
    at.box:test_webhook()
    assert.equal(200, at.deliver()[1].status)
  end)

  it("refuses what is forged, with the answer that the provider knows", function()
    at.browser().submit(at.link(support.tea "N-1"), "web/wechat_qr")
    assert(at.box:forge("N-1", { provider = "mincloud" }))
    local answer = at.deliver()[1]
    assert.equal(400, answer.status)
    assert.equal("refused", answer.body)
    assert.equal("requires_action", at.pay.payments:get("N-1").status)
    assert.equal(1, verdicts()["web/forged"])
  end)

  it("has one answer for whoever nobody knows, and makes no number of it", function()
    for _, path in ipairs { "/pay/notify/nobody", "/pay/notify/other", "/pay/notify/", "/pay/notify/web%00",
      "/pay/notify/../web/", "/pay/notify/" .. ("a"):rep(65), "/pay/notify/.." } do
      assert.equal(404, send(path).status, path)
    end
    assert.same({ ["/no_account"] = 7 }, verdicts())
  end)

  it("looks at the size before anything else", function()
    local answer = send("/pay/notify/web", { body = ("a"):rep(256 * 1024 + 1) })
    assert.equal(413, answer.status)
    assert.equal(1, verdicts()["web/too_large"])
  end)

  it("looks at the rate before anything is verified", function()
    at = support.open { limits = { notify_each = 5, notify_all = 8 } }
    local opened, real = 0, at.pay.notifications.receive
    at.pay.notifications.receive = function(...)
      opened = opened + 1
      return real(...)
    end
    local function flood(sender)
      local status = {}
      for _ = 1, 10 do
        local answer = send("/pay/notify/web", { remote_addr = sender })
        status[answer.status] = (status[answer.status] or 0) + 1
      end
      return status
    end
    assert.same({ [400] = 5, [429] = 5 }, flood "198.51.100.1")
    assert.same({ [400] = 3, [429] = 7 }, flood "198.51.100.2")
    assert.equal(8, opened)
    at.box:advance(2000)
    assert.equal(400, send("/pay/notify/web").status)
  end)

  it("counts a long one as several, as it costs more to refuse", function()
    at = support.open { limits = { notify_each = 8, notify_all = 20 } }
    local function statuses(bytes, sender)
      local list = {}
      for place = 1, 9 do
        list[place] = send("/pay/notify/web", { body = ("a"):rep(bytes), remote_addr = sender }).status
      end
      return table.concat(list, " ")
    end
    assert.equal("400 400 400 400 400 400 400 400 429", statuses(4096, "198.51.100.1"))
    assert.equal("400 400 400 429 429 429 429 429 429", statuses(3 * 4096, "198.51.100.2"))
    -- all of one account's together
    assert.equal("400 400 429 429 429 429 429 429 429", statuses(4097, "198.51.100.3"))
    at.box:advance(1000)
    -- the longest is not refused for its length alone
    assert.equal("400 429 429 429 429 429 429 429 429", statuses(256 * 1024, "198.51.100.4"))
  end)

  it("takes POST and GET alone", function()
    assert.equal(405, send("/pay/notify/web", { method = "PUT" }).status)
    assert.equal(405, send("/pay/notify/web", { method = "DELETE" }).status)
  end)

  it("takes whatever bytes come", function()
    for _, body in ipairs { "", "\0", ("\255"):rep(1000), "{", "[[[[", "a=%zz", '{"a":' .. ("["):rep(5000) } do
      for _, account in ipairs { "web", "cards", "games", "subs" } do
        local answer = send("/pay/notify/" .. account, { body = body, query = "param=%zz&param=1" })
        assert(answer.status >= 200 and answer.status < 500, account .. ": " .. answer.status)
      end
    end
    assert.equal(0, #at.pay.payments:list {})
  end)
end)
