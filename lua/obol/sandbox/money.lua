--- What the simulators know of money: decimal places of currencies, and amounts for people.

local M = {}

local places = {}
for code in ("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"):gmatch("%a+") do places[code] = 0 end
for code in ("bhd jod kwd omr tnd"):gmatch("%a+") do places[code] = 3 end
for code in ([[aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad
  cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel ghs gip gmd gtq gyd hkd hnl htg huf idr
  ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn
  nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sos srd szl thb
  tjs top try ttd twd tzs uah ugx usd uyu uzs wst xcd yer zar zmw]]):gmatch("%a+") do places[code] = 2 end

-- ISO 4217 where Stripe counts otherwise, or does not count at all.
local iso = { isk = 0, ugx = 0, uyi = 0, mga = 2, iqd = 3, lyd = 3 }
for code in ([[bov btn che chw cou cup ern irr kpw mru mxv sdg sle ssp stn svc syp tmt usn ved ves xcg
  zwg]]):gmatch("%a+") do iso[code] = 2 end

--- The decimal places of a currency (lower-case code) as Stripe counts it, nil where it is not known.
function M.places(currency) return places[currency] end

--- The same by ISO 4217.
function M.iso_places(currency) return iso[currency] or places[currency] end

--- Minor units as text for people, as `9.99 USD`; `count` of decimal places, Stripe's if not given.
function M.format(minor, currency, count)
  count = count or places[currency]
  local digits = string.format("%d", minor)
  if count > 0 then
    digits = ("0"):rep(count + 1 - #digits) .. digits
    digits = digits:sub(1, -count - 1) .. "." .. digits:sub(-count)
  end
  return digits .. " " .. currency:upper()
end

--- Minor units as text on a page, as `M.format`; from five digits on in groups of three, which a
-- narrow space parts: a comma or a point would mean decimals to half of the readers.
function M.shown(minor, currency, count)
  local whole, rest = M.format(minor, currency, count):match("^(%d+)(.*)$")
  if #whole > 4 then
    local first = (#whole - 1) % 3 + 1
    whole = whole:sub(1, first) .. whole:sub(first + 1):gsub("%d%d%d", "\226\128\175%0")
  end
  return whole .. rest
end

--- Minor units as thousandths of the major unit.
function M.thousandths(minor, currency)
  return minor * 10 ^ (3 - places[currency])
end

return M
