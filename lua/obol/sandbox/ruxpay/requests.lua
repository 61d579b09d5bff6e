--- The rows of each request, section 4 to 6 of the sheet.

local M = {}

local product = {
  { "productName", "text", 128, true }, { "currency", "currency" }, { "price", "price", nil, true },
  { "sku", "text", 128 }, { "quantity", "integer", 9999, true }, { "productLink", "text", 255 },
}

local card = {
  { "cardNumber", "pan", 20, true }, { "expiredYear", "two_digits", 2, true }, { "expiredMonth", "month", 2, true },
  { "cardholder", "text", 128, true }, { "cvv", "cvv", 4, true },
}

-- `need` of all but the country; the document and the street's number are wanted by some countries only.
local function address(need)
  return {
    { "country", "country", 2, true }, { "firstName", "text", 64, need }, { "lastName", "text", 64, need },
    { "email", "text", 255, need }, { "phone", "text", 32, need }, { "state", "text", 128, need },
    { "city", "text", 128, need }, { "address", "text", 255, need }, { "zipCode", "text", 64, need },
    { "streetNumber", "text", 255 }, { "document", "text", 64 },
  }
end

local browser = {
  { "accept", "loose" }, { "userAgent", "loose" }, { "acceptLanguage", "loose" }, { "referer", "loose" },
  { "javaEnabled", "boolean" }, { "colorDepth", "loose" }, { "screenHeight", "loose" }, { "screenWidth", "loose" },
  { "timeZoneOffset", "loose" },
}

local plan = { { "subscriptionCycle", "cycle", 16, true }, { "subscriptionPeriod", "integer", 99999999, true } }

local function request(more)
  local out = {
    { "transactionId", "text", 128, true }, { "orderId", "text", 128, true }, { "currency", "currency", 3, true },
    { "amount", "amount", nil, true }, { "transactionIp", "text", 128, true }, { "appId", "id", 20, true },
    { "domain", "text", 128 }, { "callbackUrl", "page", 255, true }, { "notificationUrl", "server", 255, true },
    { "productInfos", "list", nil, true, product }, { "billingAddress", "object", nil, true, address(false) },
    { "shippingAddress", "object", nil, false, address("strict") }, { "secure", "boolean" },
    { "browser", "object", nil, false, browser },
  }
  for _, row in ipairs(more) do out[#out + 1] = row end
  return out
end

--- Direct card subscription.
M.subscription = request{ { "card", "object", nil, true, card }, { "extension", "object", nil, true, plan } }

--- Direct sale; its extension means nothing here.
M.payment = request{ { "card", "object", nil, true, card }, { "transactionType", "trade" } }

--- Hosted page: no card; with an extension, the start of a subscription.
M.checkout = request{ { "transactionType", "trade", 32, true }, { "transactionMethod", "text", 32, true },
  { "extension", "object", nil, false, plan } }

M.refund = {
  { "uniqueId", "id", 128, true }, { "amount", "amount", nil, true }, { "refundTransactionId", "text", 128, true },
  { "remark", "text", 255 },
}

return M
