-- 4metas: the pay page, which reads its order from the fragment, and the overview.

local crypto = require "obol.crypto"
local support = dofile "spec/sandbox/fourmetas_support.lua"

describe("the sandbox's 4metas pay page", function()
  local app
  before_each(function() app = support.open() end)

  local function page_of(id) return app.account.pay_base .. "/order?id=" .. id end
  local function has(page, text) assert.truthy(page.body:find(text, 1, true), text) end
  local function lacks(page, text) assert.is_nil(page.body:find(text, 1, true), text) end

  it("is a script of few lines that its policy names, and nothing else", function()
    local page = app.get(app.account.pay_base .. "/")
    assert.same({ 200, "text/html; charset=utf-8" }, { page.status, page.headers["content-type"] })
    local script = page.body:match("<script>(.-)</script>")
    has(page, "location.hash")
    assert.truthy(page.headers["content-security-policy"]:find("script-src 'sha256-"
      .. crypto.base64(crypto.digest("sha256", script)) .. "'", 1, true))
    assert.is_nil(page.headers["content-security-policy"]:find("unsafe", 1, true))
    has(page, "<noscript>")
    has(page, 'lang="en"')
    -- Whatever is behind the ?, and no other page has a script.
    assert.equal(page.body, app.get(app.account.pay_base .. "/?from=app").body)
    local id = app.create()
    lacks(app.get(page_of(id)), "<script")
    assert.is_nil(app.get(page_of(id)).headers["content-security-policy"]:find("script", 1, true))
  end)

  -- What the script does, where there is something that runs it.
  local has_node = os.execute("command -v node >/dev/null 2>&1")
  if has_node == true or has_node == 0 then
    it("reads its order from the fragment, once more when that changes, and nothing else", function()
      local script = app.get(app.account.pay_base .. "/").body:match("<script>(.-)</script>")
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write([[const lost = { hidden: true }; let listener; let gone = [];
        const document = { getElementById: () => lost };
        const location = { hash: "", replace: (to) => gone.push(to) };
        const addEventListener = (name, fn) => { if (name === "hashchange") listener = fn; };
        ]], script, [[
        const said = (hash) => { location.hash = hash; gone = []; lost.hidden = true; listener();
          console.log(hash, gone.join(), lost.hidden); };
        said("#/pages/pay/detail?id=1738513709476610049"); said("#/pages/pay/detail?from=a&id=7"); said("");
        said("#/pages/pay/detail?id="); said("#/pages/pay/detail?id=1x"); said("#/pages/pay/detail?id=//evil.example");
        said("#/other?id=1"); said("?id=1#/pages/pay/detail?id=1");]])
      file:close()
      local pipe = io.popen("node " .. path .. " 2>&1")
      local text = pipe:read("*a")
      pipe:close()
      os.remove(path)
      assert.equal([[
#/pages/pay/detail?id=1738513709476610049 order?id=1738513709476610049 true
#/pages/pay/detail?from=a&id=7 order?id=7 true
  false
#/pages/pay/detail?id=  false
#/pages/pay/detail?id=1x  false
#/pages/pay/detail?id=//evil.example  false
#/other?id=1  false
?id=1#/pages/pay/detail?id=1  false
]], text)
    end)
  end

  it("is where the account says, and nowhere else", function()
    assert.equal(404, app.get(app.account.api_base .. "/").status)
    assert.equal(404, app.get(app.account.pay_base .. "/formetas/thirdRecharge/queryMyOrder").status)
  end)

  it("shows the order", function()
    local id = app.create{ rechargeAmount = "1234567.5", goodId = "9" }
    local page = app.get(page_of(id))
    assert.equal(200, page.status)
    for _, text in ipairs{ "1\226\128\175234\226\128\175567.50 USD", id, "<bdi>9</bdi>", "<bdi>22</bdi>",
      "<bdi>167123123123</bdi>", "2023-11-14 22:43 UTC", ">Close the order<", ">Back to the game<",
      "no money moves" } do
      has(page, text)
    end
  end)

  it("pays, and leads back with the parameter; a second click lands there too", function()
    local id = app.create{ page_url = '"https://game.example/back?x=%2F"' }
    for _ = 1, 2 do
      local reply = app.form(page_of(id), "action=pay")
      assert.equal(303, reply.status)
      assert.truthy(reply.headers.location:find("^https://game.example/back%?x=%%2F&param=[%w%%._~-]+$"))
    end
    assert.equal(1, #app.box:deliver())
    has(app.get(page_of(id)), "This order is paid")
    lacks(app.get(page_of(id)), "<form")
  end)

  it("shows a link to an app, which no browser may know", function()
    local id = app.create{ page_url = '"mygame://paid?a=\\"1\\"&b"' }
    local page = app.get(page_of(id))
    has(page, ">Pay 3.44 USD<")
    page = app.form(page_of(id), "action=pay")
    assert.equal(200, page.status)
    assert.truthy(page.body:find('href="mygame://paid%?a=&quot;1&quot;&amp;b&amp;param=[%w%%._~-]+"'))
  end)

  it("needs no address to return to", function()
    local id = app.create()
    local page = app.form(page_of(id), "action=pay")
    assert.equal(200, page.status)
    has(page, "You can close this page")
    lacks(page, "href=\"\"")
    lacks(page, "Return to the game")
  end)

  it("closes the order", function()
    local id = app.create{ page_url = '"https://game.example/back"' }
    local reply = app.form(page_of(id), "action=close")
    assert.same({ 303, "https://game.example/back" }, { reply.status, reply.headers.location })
    has(app.get(page_of(id)), "can no longer be paid")
    assert.equal(303, app.form(page_of(id), "action=pay").status)
    assert.equal("closed", app.box:books().fourmetas.orders[1].status)
    assert.same({}, app.box:deliver())
  end)

  it("goes back and stays open", function()
    local id = app.create()
    has(app.form(page_of(id), "action=back"), "The order stays open")
    assert.equal("open", app.box:books().fourmetas.orders[1].status)
    for _, body in ipairs{ "", "action=", "action=refund", "x" } do
      has(app.form(page_of(id), body), ">Pay 3.44 USD<")
    end
  end)

  it("says that an order is over or unknown, and refuses other methods", function()
    local id = app.create()
    app.box:advance(1800000)
    has(app.get(page_of(id)), "was closed")
    for _, query in ipairs{ "order", "order?id=", "order?id=1", "order?id=%", "order?id=" .. id .. "0",
      "order?x=" .. id } do
      local page = app.get(app.account.pay_base .. "/" .. query)
      assert.same({ 404, "text/html; charset=utf-8" }, { page.status, page.headers["content-type"] })
    end
    for _, path in ipairs{ "/", "/order?id=" .. id } do
      local reply = app.transport.send{ method = "PUT", url = app.account.pay_base .. path, body = "", headers = {} }
      assert.equal(405, reply.status)
    end
    assert.equal(405, app.form(app.account.pay_base .. "/", "action=pay").status)
    assert.equal(404, app.form(page_of("1"), "action=pay").status)
  end)

  it("is listed, newest first, and stands on the first page with the account", function()
    local first, second = app.create(), app.create()
    app.box:pay(first)
    assert.same({ { url = app.account.pay_base .. "/#/pages/pay/detail?id=" .. second, name = "Recharge " .. second,
      status = "open" }, { url = app.account.pay_base .. "/#/pages/pay/detail?id=" .. first,
      name = "Recharge " .. first, status = "paid" } }, app.box:pages().fourmetas)
    local html = app.box.providers.fourmetas:overview()
    for _, text in ipairs{ app.account.api_base, app.account.pay_base, app.account.rsa.key, "public_encrypt",
      "/#/pages/pay/detail?id=" .. first } do
      assert.truthy(html:find(text, 1, true), text)
    end
    for i = 1, 10 do app.create{ goodId = tostring(i) } end
    assert.equal(10, #app.box:pages().fourmetas)
  end)
end)
