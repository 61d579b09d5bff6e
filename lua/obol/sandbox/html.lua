--- Pages of the simulators for a person in a browser: plain HTML that works without scripts, save where a
-- page has to read what no server is told.

local crypto = require "obol.crypto"
local text = require "obol.sandbox.text"

local M = {}

local CSS = [[
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#565e72;--paper:#fff;--ground:#f4f6fa;--line:#d5dbe6;--edge:#7d869b;
--go:#3d4eac;--bad:#a3293d;--good:#1d6b3f;--note:#fff1cf;--on-note:#5f4100}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f8;--soft:#aab3c5;--paper:#1d2233;--ground:#12151f;--line:#39425a;
--edge:#7f8aa6;--go:#8fa0ff;--bad:#ff9aa8;--good:#86dba8;--note:#40340f;--on-note:#ffe2a0}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:6vh auto;background:var(--paper);border:1px solid var(--line);border-radius:12px;
padding:0 2rem 2rem;overflow:hidden;overflow-wrap:anywhere}main.wide{max-width:54rem}
.badge{margin:0 -2rem 1.5rem;padding:.5rem 2rem;background:var(--note);color:var(--on-note);font-size:.875rem;
font-weight:600}h1{font-size:1.25rem;line-height:1.35;margin:0 0 .25rem}h2{font-size:1.05rem;margin:2rem 0 .4rem}p{margin:.4rem 0}
.price{font-size:1.9rem;line-height:1.25;font-weight:650;margin:.2rem 0 .6rem}.price small{font-size:1rem;font-weight:400;white-space:nowrap}
.soft,small{color:var(--soft)}.bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}
label{display:block;font-weight:600;margin-top:1.5rem}input,textarea{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid var(--edge);
border-radius:8px;background:transparent;color:inherit;margin:.25rem 0 .5rem;font-variant-numeric:tabular-nums}
code{font:.875em/1.5 ui-monospace,monospace}.cards{font-size:.875rem;color:var(--soft)}.cards li{padding:.1rem 0;border:0;display:flex;gap:1rem}
.cards code{font-size:1em;color:var(--ink);white-space:nowrap}
.row{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.2rem}.row>*{flex:1 1 auto}.end{margin-top:2rem}
button,.link{font:inherit;line-height:1.4;padding:.6rem 1.1rem;border-radius:8px;border:1px solid var(--edge);
background:transparent;color:inherit;cursor:pointer;text-decoration:none;text-align:center;max-width:100%}a{color:var(--go)}
button:hover,.link:hover{background:var(--ground)}
button.go{background:var(--go);border-color:var(--go);color:var(--paper);font-weight:600;flex:1 1 100%}button.go:hover{filter:brightness(1.1)}
ul{padding:0;margin:.4rem 0;list-style:none}li{border-top:1px solid var(--line);padding:.7rem 0}ol li{border:0;padding:.15rem 0}
li.item{display:flex;gap:1rem;align-items:center;justify-content:space-between}li.item form{flex:none}
table{border-collapse:collapse;width:100%;font-size:.9375rem}th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;
border-top:1px solid var(--line)}th{font-weight:600}td.n{white-space:nowrap}thead th{border:0}
pre{background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:.8rem;margin:.5rem 0;white-space:pre-wrap;font:.875em/1.5 ui-monospace,monospace}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
@media(max-width:34rem){main{margin:0;border:0;border-radius:0;min-height:100vh;padding:0 1.25rem 2rem}
.badge{margin:0 -1.25rem 1.25rem;padding:.5rem 1.25rem}.stack tr{display:block;border-top:1px solid var(--line);padding:.4rem 0}
.stack td{display:inline-block;border:0;padding:.05rem .9rem .05rem 0}.stack thead{display:none}}
]]

-- The style is named by its hash, nothing else may load; where a form leads is left free, because a
-- payment ends at the merchant's own address.
local POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; img-src data:; style-src 'sha256-"
  .. crypto.base64(crypto.digest("sha256", CSS)) .. "'"

-- In the page itself, so that no browser asks for one.
local ICON = [[<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' ]]
  .. [[viewBox='0 0 8 8'%3E]]
  .. [[%3Ccircle cx='4' cy='4' r='3' fill='%23e0a100'/%3E%3C/svg%3E">]]

-- A script is named by its hash too.
local function policy_of(script)
  return POLICY .. (script and "; script-src 'sha256-" .. crypto.base64(crypto.digest("sha256", script)) .. "'" or "")
end

--- A reply with a page. `body` is HTML whose values were escaped; `class` is of its frame, nil for a
-- narrow one; `script` runs when the page is there, nil for none.
function M.page(status, title, body, class, script)
  return {
    status = status,
    headers = { ["content-type"] = "text/html; charset=utf-8", ["content-security-policy"] = policy_of(script),
      ["x-content-type-options"] = "nosniff", ["referrer-policy"] = "no-referrer", ["cache-control"] = "no-store" },
    body = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
      .. '<meta name="viewport" content="width=device-width, initial-scale=1">'
      .. "<title>" .. text.html(title) .. " - sandbox</title>" .. ICON
      .. "<style>" .. CSS .. "</style></head>\n<body><main"
      .. (class and ' class="' .. class .. '"' or "")
      .. '><p class="badge">This is a sandbox: no money moves.</p>\n' .. body .. "\n</main>"
      .. (script and "<script>" .. script .. "</script>" or "") .. "</body></html>\n",
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

-- Words on what was done or went wrong, by the name that an address may carry.
local words = {
  declined = { "bad", "The card was declined. Try another one." },
  no_card = { "bad", "That is not a card number. Try one of the test cards." },
  cancel = { "good", "Canceled: it ends with its period." },
  renew = { "good", "It renews again." },
  remove = { "good", "The card was removed." },
  add = { "good", "The card was added." },
}

--- A word to the payer, ready HTML: `declined` and `no_card` say what went wrong, `cancel`, `renew`,
-- `remove` and `add` what was done. Nothing where `name` is nil or none of these.
function M.alert(name)
  local word = words[name]
  if not word then return "" end
  local role = word[1] == "bad" and "alert" or "status"
  return '<p class="' .. word[1] .. '" role="' .. role .. '">' .. word[2] .. "</p>"
end

--- Which word fits a refusal: `declined`, `no_card`, or nil where it is of another kind.
function M.refusal(problem)
  if problem.kind ~= "declined" then return nil end
  return problem.message:find("^card:") and "no_card" or "declined"
end

--- Test cards and what they do, a list as ready HTML.
M.cards = [[<ul class="cards" id="cards"><li><code>4242 4242 4242 4242</code> pays</li>
<li><code>4000 0000 0000 0002</code> is declined</li>
<li><code>4000 0000 0000 0341</code> pays now, fails at renewals</li></ul>]]

--- The field for a test card, ready HTML.
M.card_field = [[<label for="card">Test card number</label>
<input id="card" name="card" value="4242 4242 4242 4242" inputmode="numeric" autocomplete="off" maxlength="23" aria-describedby="cards never">
]] .. M.cards .. [[<p class="cards" id="never">Never enter a real card.</p>]]

return M
