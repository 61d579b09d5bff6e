--- What WeChat's bridge said of a payment inside its browser (an action of type `jsapi`, whose
-- `parameters` go to `getBrandWCPayRequest` as they are).
-- `jsapi(err_msg)` -> `{ status =, code =, message = }`, a pure function. `err_msg` is the text of
-- that name which the bridge gives the page, or nil where the page has none. `status`:
--
-- - `processing`: the bridge said ok. It proves nothing: ask the provider (`payments:refresh`), or
--   wait for its notification;
-- - `canceled`: the payer backed out. `code` is `607`. The order can still be paid;
-- - `failed`: anything else. `code` is `608`, `message` has the bridge's own words.
--
-- It comes from a browser, which can say what it likes: use it to choose what to show next, never to
-- record that a payment was made or was not.

local OK, CANCEL = "get_brand_wcpay_request:ok", "get_brand_wcpay_request:cancel"

return function(err_msg)
  if err_msg ~= nil and type(err_msg) ~= "string" then
    error("expected a string or nil, got " .. type(err_msg), 2)
  end
  if err_msg == OK then return { status = "processing" } end
  if err_msg == CANCEL then return { status = "canceled", code = "607", message = "607: payment cancelled" } end
  return { status = "failed", code = "608", message = "608: " .. (err_msg or "payment failed") }
end
