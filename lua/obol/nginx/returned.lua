--- The browser coming back from a provider. It proves nothing: the provider is asked, and the browser is
-- sent to the page that shows how the order stands.

local input = require "obol.nginx.input"
local page = require "obol.nginx.page"
local reply = require "obol.nginx.reply"
local stage = require "obol.nginx.stage"

local M = {}

--- GET or POST .../<token>. What the provider adds to the address or sends along is not read.
function M.handle(shop, request)
  if request.method ~= "GET" and request.method ~= "POST" and request.method ~= "HEAD" then
    return reply.not_allowed "GET"
  end
  if not stage.may_look(shop, request) then return page.busy(shop, request) end
  local token = input.last_segment(request, 4096)
  local content = page.open(shop, token)
  if not content or content.use ~= "return" then return page.absent(shop, request) end
  local payment, known = stage.shown(shop, content)
  if known == "failed" then return page.failing(shop, request) end
  if not payment then return page.absent(shop, request) end
  local now = stage.refreshed(shop, content, payment, "back")
  -- The page that the payer came from knows the other ways to pay; where it was forgotten, this token
  -- shows how the order stands.
  local kept = shop.dict:get("page/" .. content.order)
  local back = kept and shop.sealer:open("checkout", kept)
  local same = back and back.amount == content.amount and back.currency == content.currency
  local mark = content.gave_up and not stage.is_final(stage.of(now)) and "?returned=1" or ""
  return reply.see_other(shop.url .. "/checkout/" .. (same and kept or token) .. mark)
end

return M
