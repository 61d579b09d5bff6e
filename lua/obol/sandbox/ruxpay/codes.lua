--- What the codes of a transaction and of a refund say.

local M = {}

-- The platform's message, the channel's, and the word in the books.
local rows = {
  [100] = { "successful transaction", "Approved", "succeeded" },
  [101] = { "transaction failed", "Declined", "declined" },
  [102] = { "order pending", "Pending", "pending" },
  [103] = { "order closed", "Closed", "closed" },
  [301] = { "order processing", "Redirect", "redirect" },
  [110] = { "Refund request successful", "", "pending" },
  [111] = { "Refund successful", "退款成功", "succeeded" },
  [112] = { "Refund failed", "退款失败", "failed" },
}

--- The platform's message.
function M.message(code) return rows[code][1] end

--- The text of the channel.
function M.said(code) return rows[code][2] end

--- The word in the books.
function M.status(code) return rows[code][3] end

--- Whether a transaction or refund with this code has not ended.
function M.is_open(code) return code == 102 or code == 301 or code == 110 end

return M
