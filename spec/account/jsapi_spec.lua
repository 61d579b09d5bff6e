-- What WeChat's bridge says, protocol sheet of MinCloud, section 4.3.

local obol = require "obol"

describe("obol.jsapi", function()
  it("takes ok for no proof", function()
    assert.same({ status = "processing" }, obol.jsapi "get_brand_wcpay_request:ok")
  end)

  it("tells that the payer backed out", function()
    assert.same({ status = "canceled", code = "607", message = "607: payment cancelled" },
      obol.jsapi "get_brand_wcpay_request:cancel")
  end)

  it("takes anything else for a failure", function()
    for _, said in ipairs { "get_brand_wcpay_request:fail", "get_brand_wcpay_request:OK", "get_brand_wcpay_request:ok ",
      "ok", "", "get_brand_wcpay_request:fail_no permission to execute" } do
      assert.same({ status = "failed", code = "608", message = "608: " .. said }, obol.jsapi(said))
    end
    assert.same({ status = "failed", code = "608", message = "608: payment failed" }, obol.jsapi(nil))
  end)

  it("wants text", function()
    for _, value in ipairs { 5, {}, true } do
      local fine, message = pcall(function() obol.jsapi(value) end)
      assert.is_false(fine)
      assert.truthy(message:find("spec/account/jsapi_spec.lua:", 1, true))
    end
  end)
end)
