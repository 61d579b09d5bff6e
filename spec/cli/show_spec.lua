-- What is printed: widths, wrapped lines, amounts, secrets, and what others wrote.

local cjson = require "cjson"
local json = require "obol.json"
local money = require "obol.money"
local reader = require "spec.qr.reader"
local secret = require "obol.secret"
local show = require "obol.cli.show"
local terminal = require "obol.cli.terminal"

-- A screen whose lines can be read.
local function screen_of(colour)
  local file = { text = "" }
  function file.write(self, ...) self.text = self.text .. table.concat { ... } end
  local screen = terminal.new(file, colour)
  screen.columns = 100
  return screen, file
end

describe("a terminal", function()
  it("counts the columns of wide characters", function()
    assert.equal(5, terminal.width "VIP 1")
    assert.equal(8, terminal.width "月度会员")
    assert.equal(10, terminal.width "L’atelier,")
    assert.equal(2, terminal.width "😀")
  end)

  it("wraps at blanks and leaves long words whole", function()
    assert.same({ "one two", "three" }, terminal.wrap("one  two three", 8))
    assert.same({ "https://shop.example/long", "x" }, terminal.wrap("https://shop.example/long x", 8))
    assert.same({ "" }, terminal.wrap("", 8))
  end)

  it("takes control characters away", function()
    assert.equal("a [2Jb c", terminal.clean "a\27[2Jb\nc")
    assert.equal("a b", terminal.clean "a\194\155b")
    assert.equal("月", terminal.clean "月")
  end)

  it("lines columns up", function()
    local screen, file = screen_of(false)
    screen:rows({ { "月", "x" }, { "abc", "y" } }, { head = { "N", "V" } })
    assert.equal("N    V\n月   x\nabc  y\n", file.text)
  end)

  it("paints only where it may", function()
    assert.equal("x", (screen_of(false)):paint("red", "x"))
    assert.equal("\27[31mx\27[0m", (screen_of(true)):paint("red", "x"))
  end)
end)

describe("values", function()
  it("keep amounts exact and hide secrets", function()
    local plain = cjson.decode(show.json(show.plain {
      amount = money("8.80", "USD"), key = secret "k3y", action = { client_secret = "seti_1_secret_2" },
      extra = { setup = { clientSecret = "seti_1_secret_3" } }, list = json.array {}, none = json.null, n = 5,
      products = { { id = "p" } },
    }))
    assert.same({ amount = "8.80", currency = "USD", minor = 880 }, plain.amount)
    assert.equal("[secret]", plain.key)
    assert.equal("[secret]", plain.action.client_secret)
    assert.equal("[secret]", plain.extra.setup.clientSecret)
    assert.equal("[]", show.json(show.plain(json.array {})))
    assert.equal(cjson.null, plain.none)
    assert.equal("p", plain.products[1].id)
  end)

  it("show nothing that could drive a terminal", function()
    local screen, file = screen_of(false)
    show.tree(screen, { message = "\27[2Jboo", ["na\27me"] = { list = { "\7" } }, time_ms = 1700000000123 })
    assert.is_nil(file.text:find "[%z\1-\9\11-\31]")
    assert.truthy(file.text:find("2023-11-14 22:13:20 UTC", 1, true))
  end)

  it("show amounts in a line, what is named first first, and leave what is extra out", function()
    local screen, file = screen_of(false)
    local left_out = show.tree(screen, show.plain { price = money("8.80", "USD"), status = "paid", list = json.array {},
      items = { { extra = { a = 1 } } } })
    assert.is_true(left_out)
    assert.equal("status paid\nitems\n  [1]\nlist none\nprice 8.80 USD\n", file.text)
    assert.is_false(show.tree(screen, { a = 1 }))
  end)

  it("draw the QR code of an action, dark on light whatever the terminal's ground", function()
    local screen, file = screen_of(true)
    show.action(screen, { type = "qr", data = "obol" })
    local shown = file.text:gsub("\27%[97;40m(.-)\27%[0m", "%1")
    assert.is_nil(shown:find "\27")
    local matrix, side = reader.of_text(shown)
    assert.equal("obol", (reader.read(reader.inside(matrix, side, 4))))
  end)

  it("draw nothing of another action, and say why a code cannot be drawn", function()
    local screen, file = screen_of(false)
    for _, action in ipairs { { type = "redirect", url = "https://pay.example" }, { type = "qr" } } do
      show.action(screen, action)
    end
    show.action(screen, nil)
    assert.equal("", file.text)
    show.action(screen, { type = "qr", data = ("x"):rep(3000) })
    assert.equal("  no QR code: expected 1 to 2953 bytes\n", file.text)
  end)

  it("hide a card's number that a provider repeats", function()
    local err = require("obol.error").new { kind = "declined", message = "declined",
      provider_message = "card 4242 4242 4242 4242 refused, code 205004" }
    assert.equal("card [digits] refused, code 205004", show.error(err).provider_message)
    assert.equal("[digits]", show.plain({ message = "4242424242424242" }).message)
  end)
end)
