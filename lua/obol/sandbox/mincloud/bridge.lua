--- The bridge of WeChat's browser, for pages on this machine: a script that defines `WeixinJSBridge`, and
-- what it asks the simulator. Any page may load it: <script src=".../mincloud/bridge.js"></script>

local crypto = require "obol.crypto"
local json = require "obol.sandbox.json"
local money = require "obol.sandbox.money"
local orders = require "obol.sandbox.mincloud.orders"
local wechat = require "obol.sandbox.mincloud.wechat"

local M = {}

local NAME = "get_brand_wcpay_request:"

--- The script. What came from outside is only ever set as text.
M.SCRIPT = [=[
(function () {
  "use strict";
  var base = document.currentScript.src.replace(/\/bridge\.js.*$/, "");
  var open = false;

  function ask(params, choice, done) {
    var call = new XMLHttpRequest();
    call.open("POST", base + "/bridge/call");
    call.setRequestHeader("Content-Type", "text/plain");
    call.onload = function () { done(JSON.parse(call.responseText)); };
    call.onerror = function () { done({ err_msg: "get_brand_wcpay_request:fail", err_desc: "no answer" }); };
    call.send(JSON.stringify({ params: params, choice: choice }));
  }

  function add(parent, name, text) {
    var element = document.createElement(name);
    element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  function show(order, choose) {
    var box = document.createElement("dialog");
    box.style.cssText = "width:22rem;max-width:calc(100vw - 2rem);box-sizing:border-box;border:1px solid #7d869b;"
      + "border-radius:12px;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere";
    box.setAttribute("aria-labelledby", "obol-bridge-title");
    add(box, "h2", "WeChat Pay (sandbox)").id = "obol-bridge-title";
    add(box, "p", order.name);
    add(box, "p", order.amount).style.cssText = "font-size:1.6rem;font-weight:650";
    [["pay", "Pay " + order.amount], ["cancel", "Cancel"], ["fail", "Let it fail"]].forEach(function (row) {
      var button = add(box, "button", row[1]);
      button.type = "button";
      button.name = row[0];
      button.style.cssText = "display:block;width:100%;font:inherit;padding:.6rem;margin:.5rem 0 0;cursor:pointer";
      button.addEventListener("click", function () { end(row[0]); });
    });
    function end(choice) {
      box.remove();
      choose(choice);
    }
    box.addEventListener("cancel", function (event) {
      event.preventDefault();
      end("cancel");
    });
    document.body.appendChild(box);
    box.showModal();
  }

  function invoke(name, params, callback) {
    callback = callback || function () {};
    if (name !== "getBrandWCPayRequest") return callback({ err_msg: name + ":fail" });
    if (open) return callback({ err_msg: "get_brand_wcpay_request:fail", err_desc: "a payment is open" });
    open = true;
    function done(answer) {
      open = false;
      callback(answer);
    }
    ask(params, "look", function (order) {
      if (order.err_msg) return done(order);
      show(order, function (choice) { ask(params, choice, done); });
    });
  }

  window.WeixinJSBridge = { invoke: invoke, call: function () {}, on: function () {} };
  setTimeout(function () { document.dispatchEvent(new Event("WeixinJSBridgeReady")); }, 0);
})();
]=]

local function failed(text) return json.obj{ { "err_msg", NAME .. "fail" }, { "err_desc", text } } end

-- The order that parameters are of; nil and what is wrong with them.
local function order_of(app, params)
  if json.kind(params) ~= "object" then return nil, "the parameters: expected an object" end
  for _, name in ipairs(wechat.signed) do
    if json.kind(params[name]) ~= "string" then return nil, name .. ": expected a string" end
  end
  if json.kind(params.paySign) ~= "string" then return nil, "paySign: expected a string" end
  if params.appId ~= app.app_id then return nil, "appId: unknown" end
  if params.signType ~= "MD5" then return nil, "signType: expected MD5" end
  if not crypto.equal(params.paySign, wechat.pay_sign(params, app.merchant_key)) then return nil, "paySign: wrong" end
  local order = app.orders[params.package:match("^prepay_id=(%w+)$") or ""]
  if not order or order.gateway.shows ~= "bridge" then return nil, "package: unknown" end
  return order
end

local acts = {
  pay = function(app, order)
    local result, problem = orders.pay(app, order)
    return result and json.obj{ { "err_msg", NAME .. "ok" } } or failed(problem.message)
  end,
  cancel = function(app, order)
    orders.back_out(app, order)
    return json.obj{ { "err_msg", NAME .. "cancel" } }
  end,
  fail = function(app, order)
    orders.decline(app, order)
    return failed("the payment failed")
  end,
  look = function(_, order)
    return json.obj{ { "name", order.description }, { "amount", money.shown(order.fen, "cny") } }
  end,
}

--- What the bridge answers to `{ params, choice }` (JSON text): `look` gives what is to be paid, `pay`,
-- `cancel` and `fail` an `err_msg`. Parameters that are not as they were signed give `fail` to all.
function M.call(app, body)
  local value = json.read(body)
  local choice = json.kind(value) == "object" and acts[value.choice]
  if not choice then return failed("expected params and a choice") end
  local order, problem = order_of(app, value.params)
  if not order then return failed(problem) end
  return choice(app, order)
end

return M
