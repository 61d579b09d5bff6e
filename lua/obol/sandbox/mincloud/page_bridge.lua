--- A page as a merchant's would be inside WeChat: it hands parameters to the bridge and shows what came.

local bridge = require "obol.sandbox.mincloud.bridge"
local html = require "obol.sandbox.html"
local json = require "obol.sandbox.json"
local money = require "obol.sandbox.money"

local M = {}

local PAGE = [[<h1>{{title}}</h1>{{order}}
<p>This is what a shop's page does inside WeChat: it hands the answer of its own server to
<code>WeixinJSBridge.invoke("getBrandWCPayRequest", …)</code>, and WeChat asks the payer.</p>
<label for="params">The answer of the payment call</label>
<textarea id="params" rows="12" spellcheck="false">{params}</textarea>
<div class="row"><button class="go" id="start" type="button">Ask WeChat to pay</button></div>
<p id="result" role="status"></p>
<noscript><p class="bad">This page needs scripts, as WeChat's own does.</p></noscript>
<p class="soft">For a page of your own: <code>&lt;script src="{script}"&gt;&lt;/script&gt;</code></p>
<script src="{script}"></script>
<script src="{own}"></script>]]

local OWN = [[
(function () {
  "use strict";
  var result = document.getElementById("result");
  document.getElementById("start").addEventListener("click", function () {
    var params;
    try {
      params = JSON.parse(document.getElementById("params").value);
    } catch (problem) {
      result.textContent = "That is not JSON.";
      return;
    }
    result.textContent = "WeChat asks the payer.";
    WeixinJSBridge.invoke("getBrandWCPayRequest", params, function (answer) {
      result.textContent = answer.err_msg + (answer.err_desc ? " (" + answer.err_desc + ")" : "");
    });
  });
})();
]]

local ORDER = [[<p class="price">{amount} <small>WeChat Pay, in its browser</small></p>
<p class="soft">{state}</p>]]

-- Everything that the payment call answered, as the page gets it.
local function answer_of(order)
  local members = { { "transaction_no", order.transaction_no }, { "trade_no", order.trade_no } }
  for _, member in ipairs(order.given) do members[#members + 1] = member end
  return (json.write(json.obj(members)):gsub('","', '",\n"'))
end

--- The page, for an order or, without one, for parameters to be pasted. `state` says how the order stands.
function M.page(app, order, state)
  local base = app:base_url()
  local reply = html.page(200, "WeChat", html.fill(PAGE, {
    title = order and html.fill("<bdi>{name}</bdi>", { name = order.description }) or "Pay inside WeChat",
    order = order and html.fill(ORDER, { amount = money.shown(order.fen, "cny"), state = state }) or "",
    params = order and answer_of(order) or "", script = base .. "/bridge.js", own = base .. "/bridge_page.js" }))
  local headers = reply.headers
  headers["content-security-policy"] = headers["content-security-policy"] .. "; script-src 'self'; connect-src 'self'"
  return reply
end

local function script(source)
  return { status = 200, body = source, headers = { ["content-type"] = "text/javascript; charset=utf-8",
    ["x-content-type-options"] = "nosniff", ["cache-control"] = "no-store" } }
end

--- `bridge.js`, which defines the bridge.
function M.script() return script(bridge.SCRIPT) end

--- The page's own script.
function M.own_script() return script(OWN) end

--- What `bridge.js` asks. Pages of other origins may, as a merchant's page is one.
function M.call(app, request)
  return { status = 200, tree = bridge.call(app, request.body), headers = { ["content-type"] = "application/json",
    ["access-control-allow-origin"] = "*", ["cache-control"] = "no-store" } }
end

return M
