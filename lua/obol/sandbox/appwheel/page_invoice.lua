--- The page of a bill, and a small PDF of it.

local calendar = require "obol.sandbox.calendar"
local html = require "obol.sandbox.html"
local invoices = require "obol.sandbox.appwheel.invoices"
local money = require "obol.sandbox.money"
local text = require "obol.sandbox.text"

local M = {}

local PAGE = [[<h1 dir="auto">{title}</h1><p class="price">{amount}</p>
<p>Status: {status}</p><p class="soft">Bill {id}, {date}</p>{{alert}}{{form}}]]

local FORM = [[<form method="post">{{card}}<div class="row"><button class="go" name="action" value="pay">Pay</button>
<button name="action" value="decline">Decline card</button></div></form>]]

--- The page at `/invoice/{id}`; nil where there is no such bill.
function M.page(app, request, id)
  local invoice = app.invoices[id]
  if not invoice then return nil end
  local message
  if request.method == "POST" then
    local form = text.form(request.body)
    local result, problem
    if form.action == "pay" then result, problem = invoices.pay_hosted(app, invoice, { card = form.card }) end
    local declined = problem == nil or problem.kind == "declined"
    if not result and declined then message = "The card was declined. Try another one." end
  end
  local open = invoice.status == "open"
  return html.page(200, "Bill", html.fill(PAGE, { title = invoice.product.name, status = invoice.status,
    id = invoice.id, amount = money.format(invoice.amount, invoice.currency), date = calendar.date(invoice.created_ms),
    alert = html.alert(message), form = open and html.fill(FORM, { card = html.card_field }) or "" }))
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
  local stream = "BT /F1 14 Tf 60 760 Td (" .. line .. ") Tj ET"
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
