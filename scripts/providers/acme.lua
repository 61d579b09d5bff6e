-- Acme Pay, a payment system that does not exist, as an example of a provider written in Lua: a table
-- to be read beside the provider's documentation, and two functions for what it signs.
--
--     providers = { "acme.lua" },
--     accounts = { acme = { provider = "acme", merchant = "m-1", key = secret.env "ACME_KEY" } },

local obol = require "obol"

local crypto = obol.crypto

-- Acme API 2.1, section 2: four lines and the body, by HMAC-SHA256, in hexadecimal digits.
local function sign(request, account)
  local time = ("%d"):format(math.floor(request.time_ms / 1000))
  local input = request.method .. "\n" .. request.path .. "\n" .. time .. "\n" .. request.nonce .. "\n" .. request.body
  return {
    ["x-acme-merchant"] = account.merchant,
    ["x-acme-time"] = time,
    ["x-acme-nonce"] = request.nonce,
    ["x-acme-signature"] = crypto.hex(crypto.hmac("sha256", account.key, input)),
  }
end

-- Section 7: `x-acme-signature: t=<seconds>,v1=<hex hmac-sha256 of "t.body">`, by any valid key.
local function open(incoming, account)
  local header = incoming.headers["x-acme-signature"]
  local time, given = (type(header) == "string" and header or ""):match "^t=(%d+),v1=(%x+)$"
  if not time or #time > 11 then return nil end
  if math.abs(incoming.time_ms / 1000 - tonumber(time)) > account.tolerance_s then return nil end
  local proven = false
  for _, key in ipairs(account.secrets.key) do
    local wanted = crypto.hex(crypto.hmac("sha256", key, time .. "." .. incoming.body))
    proven = crypto.equal(wanted, given) or proven
  end
  if not proven then return nil end
  return incoming.body, "signature"
end

-- Section 3: what `status` of a payment is, in replies and in notifications.
local function payment_outcomes(at)
  return {
    { at = at, is = "PAID", outcome = "succeeded", doc = "paid" },
    { at = at, is = "CREATED", outcome = "accepted", doc = "the payer has to pay" },
    { at = at, is = "PENDING", outcome = "accepted", doc = "the payer's bank is asked" },
    { at = at, is = "FAILED", outcome = "declined", doc = "the payer's bank refused" },
    { at = at, is = "CLOSED", outcome = "declined", status = "expired", doc = "nobody paid in time" },
  }
end

-- Section 6: a question that works, about something that there is not.
local function asked(outcomes)
  outcomes[#outcomes + 1] = { at = "code", is = 2002, outcome = "unknown", kind = "not_found", doc = "no such thing" }
  return outcomes
end

local payment = {
  { "provider_id", "data.paymentId", "text" },
  { "key", "data.reference", "text" },
  { "order_id", "data.orderNo", "text" },
  { "currency", "data.currency", "currency" },
  { "amount", "data.amount", "money", as = "minor_number" },
  { "action.url", "data.payUrl", "url" },
  { "action.data", "data.qrCode", "text" },
}

local refund = {
  { "id", "data.refundId", "text" },
  { "provider_id", "data.paymentId", "text" },
  { "refund_id", "data.refundNo", "text" },
  { "currency", "data.currency", "currency" },
  { "amount", "data.amount", "money", as = "minor_number" },
}

local function refund_outcomes(at)
  return {
    { at = at, is = "DONE", outcome = "succeeded", doc = "refunded" },
    { at = at, is = "PENDING", outcome = "accepted", doc = "the bank is asked" },
    { at = at, is = "FAILED", outcome = "declined", doc = "the bank refused" },
  }
end

return obol.provider.define {
  name = "acme", title = "Acme Pay", source = "Acme API 2.1", base_url = "https://api.acme.example",
  doc = "An example: hosted pages and wallet codes, in dollars and euros.",
  methods = { "checkout", "wallet_qr" },
  currencies = { "USD", "EUR" },
  config = {
    { "merchant", "text", required = true, max = 32, sample = "m-1", doc = "the merchant's number" },
    { "key", "secret", required = true, max = 128, doc = "signs requests and notifications" },
    { "tolerance_s", "integer", min = 1, max = 3600, preset = 300, doc = "how old a notification may be" },
  },

  operations = {
    ["payment.create"] = {
      "POST /v1/payments", effect = "offer", found_by = "our_ref", repeat_safe = true,
      source = "Acme API 2.1, section 3.1", doc = "make a page or a code with which a payer pays",
      request = {
        { "account.merchant", "merchantId", "text" },
        { "call.key", "reference", "text" },
        { "order_id", "orderNo", "text", required = true, max = 32, doc = "the merchant's order" },
        { "amount", "amount", "money", as = "minor_number", required = true, doc = "in cents" },
        { "currency", "currency", "currency", required = true },
        { "method", "channel", "text", oneof = { checkout = "PAGE", wallet_qr = "QR" }, preset = "checkout" },
        { "description", "subject", "text", max = 128 },
        { "customer.email", "email", "text", max = 128, sample = "ada@shop.example" },
        { "return_url", "returnUrl", "url", max = 512 },
        { "notify_url", "notifyUrl", "url", max = 512 },
      },
      reply = payment, outcomes = payment_outcomes "data.status",
    },
    ["payment.query"] = {
      "GET /v1/payments/{reference}", effect = "none",
      source = "Acme API 2.1, section 3.2", doc = "what became of a payment",
      request = { { "key", "reference", "text", required = true, max = 64 } },
      reply = payment, outcomes = asked(payment_outcomes "data.status"),
    },
    ["refund.create"] = {
      "POST /v1/refunds", effect = "money", found_by = "our_ref", repeat_safe = true,
      source = "Acme API 2.1, section 4.1", doc = "give back all or a part; the same refundNo is one refund",
      request = {
        { "provider_id", "paymentId", "text", required = true, max = 64 },
        { "refund_id", "refundNo", "text", required = true, max = 64 },
        { "amount", "amount", "money", as = "minor_number", required = true },
        { "reason", "reason", "text", max = 128 },
      },
      reply = refund, outcomes = refund_outcomes "data.status",
    },
    ["refund.query"] = {
      "GET /v1/refunds/{refundNo}", effect = "none",
      source = "Acme API 2.1, section 4.2", doc = "what became of a refund",
      request = { { "refund_id", "refundNo", "text", required = true, max = 64 } },
      reply = refund, outcomes = asked(refund_outcomes "data.status"),
    },
  },

  -- Section 6; a reply without one of the codes above says nothing of the payment.
  code_at = "code", message_at = "message",
  outcomes = {
    at = "code",
    ["1001"] = { "rejected", "a parameter is wrong" },
    ["1002"] = { "rejected", "the signature is wrong", kind = "authentication" },
    ["1003"] = { "rejected", "the order has another amount", kind = "conflict" },
    ["2001"] = { "declined", "the payer's bank refused" },
    ["2002"] = { "rejected", "there is no such payment", kind = "not_found" },
    ["9001"] = { "rejected", "too many calls", kind = "rate_limited", retryable = true },
  },

  sign = sign,
  open = open,
  notifications = {
    { type = "payment", at = "type", is = "payment.changed", id_of = { "id" }, confirm = "never",
      outcomes = payment_outcomes "data.status", source = "Acme API 2.1, section 7",
      fields = {
        { "provider_id", "data.paymentId", "text" },
        { "key", "data.reference", "text" },
        { "order_id", "data.orderNo", "text" },
        { "currency", "data.currency", "currency" },
        { "amount", "data.amount", "money", as = "minor_number" },
        { "time_ms", "time", "time" },
      } },
    { type = "refund.updated", at = "type", is = "refund.changed", id_of = { "id" }, confirm = "never",
      outcomes = refund_outcomes "data.status", source = "Acme API 2.1, section 7",
      fields = {
        { "refund_id", "data.refundNo", "text" },
        { "provider_id", "data.paymentId", "text" },
        { "currency", "data.currency", "currency" },
        { "amount", "data.amount", "money", as = "minor_number" },
      } },
  },
}
