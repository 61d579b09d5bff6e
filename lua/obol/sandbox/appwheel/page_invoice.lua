--- The page of an invoice, and a small PDF of it.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local invoices = require "obol.sandbox.appwheel.invoices"
local money = require "obol.sandbox.money"
local text = require "obol.sandbox.text"

local M = {}

local PAGE = [[<h1><bdi>{title}</bdi></h1><p class="price">{amount}</p>
<p>{reason}. Status: {status}</p><p class="soft">Invoice <small>{id}</small><br>{date}<br>For <bdi>{user}</bdi></p>{{alert}}{{form}}
<p><a href="{id}/pdf">Invoice as a PDF</a></p>]]

local FORM = [[<form method="post">{{card}}<div class="row"><button class="go" name="action" value="pay">Pay {amount}</button>
<button name="action" value="decline">Decline the card</button></div></form>]]

local reasons = { create = "First period", renew = "Renewal", update = "Change of plan" }

--- The page at `/invoice/{id}`; nil where there is no such invoice.
function M.page(app, request, id)
  local invoice = app.invoices[id]
  if not invoice then return nil end
  local word
  if request.method == "POST" then
    local form = text.form(request.body)
    local result, problem
    if form.action == "pay" then result, problem = invoices.pay_hosted(app, invoice, { card = form.card }) end
    -- So that reloading the page asks for it again and sends nothing.
    if result then return html.see_other(id) end
    word = problem and html.refusal(problem) or not problem and "declined" or nil
  end
  local amount = money.shown(invoice.amount, invoice.currency)
  local form = invoice.status == "open" and html.fill(FORM, { card = html.card_field, amount = amount }) or ""
  return html.page(200, "Invoice", html.fill(PAGE, { title = invoice.product.name, status = invoice.status,
    id = invoice.id, amount = amount, date = calendar.date(invoice.created_ms), user = invoice.user.id,
    reason = reasons[invoice.reason], alert = html.alert(word), form = form }))
end

local function object(out, body)
  out.offsets[#out.offsets + 1] = #out.text
  out.text = out.text .. #out.offsets .. " 0 obj\n" .. body .. "\nendobj\n"
end

--- The PDF at `/invoice/{id}/pdf`: id, amount and status on one page.
function M.pdf(app, _, id)
  local invoice = app.invoices[id]
  if not invoice then return nil end
  local line = invoice.id .. "   " .. money.format(invoice.amount, invoice.currency) .. "   " .. invoice.status
  local stream = "BT /F1 14 Tf 60 760 Td (" .. line .. ") Tj 0 -24 Td"
    .. " (This is a sandbox: no money moves.) Tj ET"
  local out = { text = "%PDF-1.4\n", offsets = {} }
  object(out, "<< /Type /Catalog /Pages 2 0 R >>")
  object(out, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
  object(out, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    .. " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>")
  object(out, "<< /Length " .. #stream .. " >>\nstream\n" .. stream .. "\nendstream")
  local from = #out.text
  local rows = { "xref\n0 5\n0000000000 65535 f \n" }
  for _, offset in ipairs(out.offsets) do rows[#rows + 1] = string.format("%010d 00000 n \n", offset) end
  return { status = 200, headers = { ["content-type"] = "application/pdf", ["x-content-type-options"] = "nosniff" },
    body = out.text .. table.concat(rows) .. "trailer << /Size 5 /Root 1 0 R >>\nstartxref\n" .. from .. "\n%%EOF\n" }
end

return M
