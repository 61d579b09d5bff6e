--- The page's style, with the merchant's colours. Text on a coloured ground is black or white, whichever
-- can be read better.

local M = {}

local CSS = [[
:root{color-scheme:light dark;--ink:#1b1f2a;--soft:#545b6b;--paper:#fff;--ground:#f3f5f9;--line:#d8dde7;--edge:#7b8497;
--bad:#a8243b;--bad-ground:#fdecef;--good:#176a3c;--accent:@accent@;--on-accent:@on_accent@}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f7;--soft:#b0b8c8;--paper:#1c212d;--ground:#11141c;--line:#39415240;
--edge:#8590a6;--bad:#ffa0af;--bad-ground:#43202a;--good:#86dba8}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Zen Hei",sans-serif}
main{max-width:27rem;margin:6vh auto 3vh;background:var(--paper);border:1px solid var(--line);border-radius:14px;
padding:1.5rem 1.75rem 1.75rem;overflow-wrap:anywhere}
header{display:flex;align-items:center;gap:.7rem;margin-bottom:1.25rem;font-weight:600}
header img{height:2.25rem;max-width:9rem;object-fit:contain}header span{flex:1}
h1{font-size:1rem;font-weight:500;margin:0}h2{font-size:1.15rem;line-height:1.4;margin:1.4rem 0 .4rem}p{margin:.35rem 0}
.go+p,button+p{margin-top:.8rem}.price{font-size:2rem;line-height:1.25;font-weight:650;margin:.1rem 0;
font-variant-numeric:tabular-nums}.price small{font-size:1rem;font-weight:500}
.soft{color:var(--soft)}.small{font-size:.875rem}.note{padding:.6rem .8rem;border-radius:8px;background:var(--bad-ground);
color:var(--bad);font-weight:600;margin:1rem 0 0}
.state{display:flex;align-items:center;gap:.6rem}.state svg{width:1.75rem;height:1.75rem;flex:none}
.good{color:var(--good)}.bad{color:var(--bad)}
fieldset{border:0;padding:0;margin:1.4rem 0 0;min-width:0}legend{padding:0;font-weight:600;margin-bottom:.6rem}
label{display:flex;align-items:center;gap:.75rem;min-height:3.1rem;padding:.6rem .9rem;border:1px solid var(--edge);
border-radius:10px;margin-bottom:.55rem;cursor:pointer}label:hover{background:var(--ground)}
label:focus-within{outline:3px solid var(--ink);outline-offset:2px}
input[type=radio]{width:1.15rem;height:1.15rem;margin:0;flex:none;accent-color:var(--accent);outline:0}
button,.go{display:block;width:100%;font:inherit;font-weight:650;text-align:center;text-decoration:none;padding:.8rem 1rem;
min-height:3.1rem;margin-top:1rem;border:1px solid var(--edge);border-radius:10px;background:var(--accent);
color:var(--on-accent);cursor:pointer}button:hover,.go:hover{filter:brightness(1.08)}
[aria-busy=true] button,button:disabled{opacity:.6;cursor:progress}[hidden]{display:none}
a{color:inherit}.links{margin-top:1.2rem;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.9375rem}
.links a{padding:.35rem 0}:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
.code{background:#fff;border:1px solid var(--line);border-radius:10px;padding:.4rem;width:min(15rem,100%);margin:.9rem auto}
.code svg{display:block;width:100%;height:auto}
.wait{display:flex;align-items:center;gap:.6rem;margin-top:1rem}.wait i{width:1.1rem;height:1.1rem;flex:none;
border:3px solid var(--line);border-top-color:var(--ink);border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}@media(prefers-reduced-motion:reduce){.wait i{animation:none}}
footer{max-width:27rem;margin:0 auto 2rem;padding:0 1.75rem;font-size:.875rem;color:var(--soft)}
@media(max-width:32rem){body{background:var(--paper)}main{margin:0 auto;border:0;border-radius:0;padding:1.1rem 1.25rem}
footer{padding:0 1.25rem}}
]]

local function linear(byte)
  local value = byte / 255
  return value <= 0.03928 and value / 12.92 or ((value + 0.055) / 1.055) ^ 2.4
end

-- The lightness of `#rrggbb`, 0 to 1, as WCAG reckons it.
local function luminance(colour)
  local r, g, b = colour:match("^#(%x%x)(%x%x)(%x%x)$")
  return 0.2126 * linear(tonumber(r, 16)) + 0.7152 * linear(tonumber(g, 16)) + 0.0722 * linear(tonumber(b, 16))
end

--- Black or white, whichever stands out more on the colour: at least 4.5 to 1.
function M.on(colour)
  local light = luminance(colour)
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 and "#ffffff" or "#000000"
end

--- The style with this colour (`#rrggbb`) for what is pressed.
function M.css(accent)
  local values = { accent = accent, on_accent = M.on(accent) }
  return (CSS:gsub("@([%l_]+)@", function(name) return values[name] end))
end

return M
