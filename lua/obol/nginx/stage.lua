--- Where an order stands, as the payer's page shows it: `choose` (nothing is open), `action` (the payer
-- has something to do), `waiting`, `paid`, `failed`, `canceled`, `expired`.

local dict = require "obol.shared"
local order = require "obol.nginx.order"

local M = {}

local by_status = { succeeded = "paid", failed = "failed", canceled = "canceled", expired = "expired" }

--- The stage of a payment, nil for none.
function M.of(payment)
  if not payment then return "choose" end
  if by_status[payment.status] then return by_status[payment.status] end
  local action = payment.status == "requires_action" and payment.action
  return action and (action.url or action.data or action.parameters) and "action" or "waiting"
end

--- Whether the payer may choose a way to pay. Nothing begins after what the merchant canceled.
function M.is_open(stage) return stage == "choose" or stage == "failed" or stage == "expired" end

--- Whether nothing more will happen by itself.
function M.is_final(stage) return stage ~= "action" and stage ~= "waiting" end

--- A name of what the page shows: it changes when the page has to be loaded again.
function M.name(payment)
  if not payment then return "choose" end
  return ("%s-%d"):format(M.of(payment), #payment.attempts)
end

-- The provider is asked often while the payer is likely to be paying, then less and less; however many
-- pages look at the order.
local function pause_s(age_ms)
  if age_ms < 2 * 60 * 1000 then return 3 end
  return age_ms < 10 * 60 * 1000 and 10 or 30
end

--- The recorded payment of an opened token, and what is known of it: `known`, `none` (nothing is
-- recorded), `other` (another amount than the token's is), `failed` (the ledger did not answer).
function M.recorded(shop, content)
  local payment, err = shop.pay.payments:get(content.order)
  if not payment then return nil, err.kind == "not_found" and "none" or "failed" end
  if payment.amount ~= order.amount(content) then return nil, "other" end
  return payment, "known"
end

--- The same, as a page may show it: nil, and `absent` or `failed`, where there is nothing to show. A
-- return's token shows only what is recorded.
function M.shown(shop, content)
  local payment, known = M.recorded(shop, content)
  if known == "failed" then return nil, "failed" end
  if known == "other" or (known == "none" and content.use == "return") then return nil, "absent" end
  return payment, known
end

--- Asks the provider about an open payment, unless that was done a moment ago: the payment as it is then.
-- `why`: the payer has just come (`back`), or is about to pay (`again`), each of which asks once more; also about a
-- payment that ended unpaid, because the provider's page may have taken it after that.
function M.refreshed(shop, content, payment, why)
  local now = M.of(payment)
  if not payment or (M.is_final(now) and not (why and now ~= "paid")) then return payment end
  local pause = pause_s(shop.clock() - payment.created_ms)
  local key = (why or "ask") .. "/" .. content.order
  if not shop.dict:add(key, true, pause) then return payment end
  return shop.pay.payments:refresh(content.order, order.options(content, { timeout_ms = 10000 })) or payment
end

--- Notes that the provider has just said how the order stands: the page that comes next need not wait for it again.
function M.heard(shop, content, payment)
  if M.of(payment) == "action" then shop.dict:set("ask/" .. content.order, true, pause_s(0)) end
end

--- Whether the sender of the request may have another page.
function M.may_look(shop, request)
  return dict.allow(shop.dict, "page/" .. request.remote_addr, shop.limits.page_each, 60, shop.clock())
end

return M
