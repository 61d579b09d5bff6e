--- The page's script: keeps a form from being sent twice, tells when the payment has changed (by a stream
-- of events, or by asking where that does not work), and speaks to WeChat's bridge. Without it the page
-- asks by loading itself again.

return [[
(function () {
  "use strict";
  var body = document.body, status = body.getAttribute("data-status"), stage = body.getAttribute("data-stage");
  var over = !status, asked = 0, stream;
  function each(list, fn) { for (var i = 0; i < list.length; i++) fn(list[i]); }
  function again() { location.replace(location.pathname + location.search.replace(/([?&])go=1&?/, "$1")); }
  function stop() { over = true; if (stream) stream.close(); }
  function told(text) {
    var now;
    try { now = JSON.parse(text); } catch (e) { return; }
    if (over || !now.stage) return;
    if (now.stage !== stage) { stop(); again(); } else if (now.final) stop();
  }
  function ask() {
    if (over) return;
    asked += 1;
    // more than a day, which is as long as a payment may be open
    if (asked > 1850) return;
    var call = new XMLHttpRequest();
    call.open("GET", status);
    call.setRequestHeader("Accept", "application/json");
    call.timeout = 20000;
    call.onload = function () { if (call.status === 200) told(call.responseText); };
    call.onloadend = function () { setTimeout(ask, asked < 40 ? 3000 : asked < 400 ? 15000 : 60000); };
    call.send();
  }
  function listen() {
    var failures = 0;
    if (!window.EventSource) return ask();
    stream = new EventSource(status);
    stream.onmessage = function (event) { failures = 0; told(event.data); };
    stream.addEventListener("over", stop);
    stream.onerror = function () {
      failures += 1;
      if (stream.readyState === 2 || failures > 3) { stream.close(); ask(); }
    };
  }
  each(document.querySelectorAll("[data-jsapi]"), function (button) {
    var parameters = JSON.parse(button.getAttribute("data-jsapi")), waits;
    function pay() {
      button.disabled = true;
      window.WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, function (said) {
        // What the bridge says proves nothing: the page goes on asking.
        if (!said || said.err_msg !== "get_brand_wcpay_request:ok") button.disabled = false;
      });
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      if (window.WeixinJSBridge) return pay();
      // WeChat brings its bridge a moment after the page.
      if (!waits) document.addEventListener("WeixinJSBridgeReady", pay);
      waits = true;
    });
  });
  each(document.forms, function (form) {
    form.addEventListener("submit", function (event) {
      if (form.getAttribute("data-sent")) return event.preventDefault();
      form.setAttribute("data-sent", "1");
      form.setAttribute("aria-busy", "true");
    });
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) again(); });
  if (!over) listen();
})();
]]
