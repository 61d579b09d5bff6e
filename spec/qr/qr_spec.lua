-- QR codes: both pictures are read back by a reader of this folder's own.

local obol = require "obol"
local reader = require "spec.qr.reader"
local support = require "spec.cli.support"

-- What a process prints in whose way a broken library lies.
local function without_library(script)
  local folder = support.folder()
  support.write(folder .. "/libqrencode.so.4", "")
  support.write(folder .. "/script.lua", script)
  local ran = support.output(("LD_LIBRARY_PATH=%s %s %s 2>&1"):format(support.quote(folder), support.lua,
    support.quote(folder .. "/script.lua")))
  support.remove(folder)
  return ran
end

describe("obol.qr", function()
  it("draws what a reader reads", function()
    for _, data in ipairs { "obol", "weixin://pay/1", "\0\255 <&>\"'", "月度会员" } do
      local picture = assert(obol.qr(data))
      local svg, side = reader.of_svg(picture.svg)
      local got, level = reader.read(reader.inside(svg, side, 4))
      assert.equal(data, got)
      assert.equal("M", level)
    end
  end)

  local function pictures(data)
    local picture = assert(obol.qr(data))
    local svg, side = reader.of_svg(picture.svg)
    local text, columns = reader.of_text(picture.text)
    return svg, side, text, columns, picture
  end

  it("draws the same for a terminal", function()
    for _, data in ipairs { "obol", ("https://pay.example/"):rep(20) } do
      local svg, side, text, columns = pictures(data)
      assert.equal(side, columns)
      assert.same(reader.inside(svg, side, 4), reader.inside(text, side, 4))
    end
  end)

  it("is no larger than what it holds needs", function()
    for bytes, version in pairs { [1] = 1, [14] = 1, [15] = 2, [2331] = 40, [2953] = 40 } do
      local svg, side = pictures(("x"):rep(bytes))
      assert.equal(17 + 4 * version + 8, side)
      assert.is_true(reader.has_finders(reader.inside(svg, side, 4)))
    end
  end)

  it("is an SVG without anything that runs or breaks a page", function()
    local _, _, _, _, picture = pictures '<script>alert("1")</script>&'
    assert.truthy(picture.svg:find '^<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d+ %d+" ')
    assert.truthy(picture.svg:find('shape-rendering="crispEdges"', 1, true))
    assert.is_nil(picture.svg:find("script", 1, true))
    assert.is_nil(picture.svg:find("&", 1, true))
    assert.is_nil(picture.svg:gsub("<[^<>]*>", ""):find "%S")
  end)

  it("refuses what does not fit, without repeating it", function()
    for _, data in ipairs { "", ("secret"):rep(500) } do
      local picture, err = obol.qr(data)
      assert.is_nil(picture)
      assert.equal("invalid", err.kind)
      assert.equal("text: expected 1 to 2953 bytes", tostring(err))
    end
  end)

  it("raises at the caller's line for another type", function()
    for _, data in ipairs { 1, false, {}, obol.secret "x" } do
      local fine, message = pcall(function() obol.qr(data) end)
      assert.is_false(fine)
      assert.truthy(message:find("spec/qr/qr_spec.lua:", 1, true))
      assert.truthy(message:find("expected a string, got " .. type(data), 1, true))
    end
    assert.is_false(pcall(obol.qr))
  end)

  it("says which library is missing, and all else works", function()
    local said = without_library [[
      local obol = require "obol"
      local picture, err = obol.qr "obol"
      print(picture, err.kind, tostring(err))
      print(select(2, obol.qr "").kind, obol.features().qrencode, obol.crypto.hex "x")]]
    assert.equal("nil\tunsupported\tQR codes need the library libqrencode.so.4, which is not on this machine\n"
      .. "invalid\tfalse\t78\n", said)
  end)

  it("is told by the features", function()
    assert.truthy(obol.features().qrencode:find "^libqrencode %d+%.%d+%.%d+$")
  end)
end)
