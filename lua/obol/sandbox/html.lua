--- Pages of the simulators for a person in a browser: plain HTML that works without scripts.

local crypto = require "obol.crypto"
local text = require "obol.sandbox.text"

local M = {}

local CSS = [[
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#5b6478;--paper:#fff;--ground:#f4f6fa;--line:#d5dbe6;--go:#3d4eac;--bad:#a3293d}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f8;--soft:#aab3c5;--paper:#1d2233;--ground:#12151f;--line:#39425a;--go:#8fa0ff;--bad:#ff9aa8}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:6vh auto;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:12px}
h1{font-size:1.3rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}.badge{display:inline-block;font-size:.75rem;
letter-spacing:.06em;text-transform:uppercase;color:var(--soft);border:1px solid var(--line);border-radius:99px;padding:0 .7rem;margin-bottom:1rem}
.price{font-size:1.9rem;font-weight:650;margin:.2rem 0}p{margin:.4rem 0}.soft,small{color:var(--soft);overflow-wrap:anywhere}
label{display:block;font-weight:600;margin-top:1.2rem}input{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid var(--line);
border-radius:8px;background:transparent;color:inherit;margin-top:.25rem}.row{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.2rem}
button,.link{font:inherit;padding:.6rem 1.1rem;border-radius:8px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer;text-decoration:none}
button.go{background:var(--go);border-color:var(--go);color:var(--paper);font-weight:600;flex:1 1 100%}.bad{color:var(--bad);font-weight:600}
ul{padding:0;list-style:none}li{border-top:1px solid var(--line);padding:.7rem 0;overflow-wrap:anywhere}:focus-visible{outline:3px solid var(--go);outline-offset:2px}
]]

-- The style is named by its hash, nothing else may load; where a form leads is left free, because a
-- payment ends at the merchant's own address.
local POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-"
  .. crypto.base64(crypto.digest("sha256", CSS)) .. "'"

--- A reply with a page. `body` is HTML whose values were escaped.
function M.page(status, title, body)
  return {
    status = status,
    headers = { ["content-type"] = "text/html; charset=utf-8", ["content-security-policy"] = POLICY,
      ["x-content-type-options"] = "nosniff", ["referrer-policy"] = "no-referrer", ["cache-control"] = "no-store" },
    body = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
      .. '<meta name="viewport" content="width=device-width, initial-scale=1">'
      .. "<title>" .. text.html(title) .. "</title><style>" .. CSS .. "</style></head>\n<body><main>"
      .. '<span class="badge">Sandbox: no real money</span>\n' .. body .. "\n</main></body></html>\n",
  }
end

--- A reply that sends the browser to `url` exactly as given.
function M.see_other(url)
  return { status = 303, headers = { location = url, ["content-type"] = "text/plain", ["cache-control"] = "no-store" },
    body = "" }
end

--- Fills `{name}` in a template with escaped values, `{{name}}` with ready HTML.
function M.fill(template, values)
  -- One pass, so that what a value holds is never read as a template.
  return (template:gsub("({+)([%w_]+)}+", function(braces, name)
    if braces == "{{" then return values[name] or "" end
    return text.html(values[name])
  end))
end

--- A word to the payer on what went wrong, ready HTML; nothing where there is none.
function M.alert(message)
  if not message then return "" end
  return '<p class="bad" role="alert">' .. text.html(message) .. "</p>"
end

--- The field for a test card, ready HTML.
M.card_field = [[<label for="card">Test card number</label>
<input id="card" name="card" value="4242 4242 4242 4242" inputmode="numeric" autocomplete="off" maxlength="23" aria-describedby="cards">
<small id="cards">4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined, 4000 0000 0000 0341 pays now and fails at renewals.
Never enter a real card.</small>]]

return M
