--- The page's script: keeps a form from being sent twice, tells when the payment has changed (by a stream
-- of events, or by asking where that does not work or tells nothing), and speaks to WeChat's bridge. Without it the
-- page asks by loading itself again.

return [[
(function () {
  "use strict";
  var body = document.body, status = body.getAttribute("data-status"), stage = body.getAttribute("data-stage");
  var over = !status, asked = 0, failures = 0, stream, silence, later;
  function each(list, fn) { for (var i = 0; i < list.length; i++) fn(list[i]); }
  function again() { location.replace(location.pathname + location.search.replace(/([?&])go=1&?/, "$1")); }
  function stop() { over = true; clearTimeout(silence); if (stream) stream.close(); }
  function told(text) {
    var now;
    try { now = JSON.parse(text); } catch (e) { return; }
    if (over || !now.stage) return;
    if (now.stage !== stage) { stop(); again(); } else if (now.final) stop();
  }
  function ask() {
    if (over) return;
    asked += 1;
    later = 0;
    // more than a day, which is as long as a payment may be open
    if (asked > 1850) return;
    var call = new XMLHttpRequest();
    call.open("GET", status);
    call.setRequestHeader("Accept", "application/json");
    call.timeout = 20000;
    call.onload = function () { if (call.status === 200) told(call.responseText); };
    call.onloadend = function () { later = setTimeout(ask, asked < 40 ? 3000 : asked < 400 ? 15000 : 60000); };
    call.send();
  }
  function give_up() { clearTimeout(silence); stream.close(); stream = null; ask(); }
  function listen() {
    var since = 0;
    if (!window.EventSource) return ask();
    stream = new EventSource(status);
    // What stands between may hold a stream back until it is over.
    silence = setTimeout(give_up, 12000);
    stream.onopen = function () { since = Date.now(); };
    stream.onmessage = function (event) { clearTimeout(silence); told(event.data); };
    stream.addEventListener("over", stop);
    stream.onerror = function () {
      // One that lasted has not failed, and comes again.
      failures = since && Date.now() - since > 20000 ? 1 : failures + 1;
      since = 0;
      if (stream.readyState === 2 || failures > 3) give_up();
    };
  }
  // A phone on which the payer was elsewhere, as in WeChat, may have dropped the stream without a word.
  function seen() {
    if (over || document.hidden) return;
    if (later) { clearTimeout(later); ask(); }
    if (stream) { clearTimeout(silence); stream.close(); listen(); }
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
  document.addEventListener("visibilitychange", seen);
  if (!over) listen();
})();
]]
