--- AppWheel's part of the sandbox's first page: account, products, and the pages that are open.

local calendar = require "obol.sandbox.calendar"
local checkout = require "obol.sandbox.appwheel.checkout"
local html = require "obol.sandbox.html"
local invoices = require "obol.sandbox.appwheel.invoices"
local money = require "obol.sandbox.money"
local overview = require "obol.sandbox.overview"
local products = require "obol.sandbox.appwheel.products"

local M = {}

local PAGE = [[<h2>AppWheel: the ready account</h2>
<table class="stack"><tbody>{{account}}</tbody></table>
<h2>AppWheel: test cards</h2>
{{cards}}
<h2>AppWheel: products</h2>
<table class="stack"><thead><tr><th>Name</th><th>Price</th><th>Product id</th></tr></thead><tbody>{{products}}</tbody></table>
<p class="soft">Promotion codes: {promotions}.</p>
<h2>AppWheel: pay pages</h2>
{{pages}}]]

local function account_rows(app)
  local members, account = { { "provider", "appwheel" } }, app:account()
  for _, name in ipairs{ "base_url", "app_id", "platform", "secret", "webhook_secret" } do
    members[#members + 1] = { name, account[name] }
  end
  return overview.account_rows(members)
end

local PRODUCT = [[<tr><td><bdi>{name}</bdi>{closed}</td><td class="n">{price} {per}</td>
<td><code>{id}</code></td></tr>]]

local function product_rows(app)
  local rows = {}
  for i, product in ipairs(app.products) do
    rows[i] = html.fill(PRODUCT, { name = product.name, id = product.id,
      closed = product.active == false and " (closed)" or "",
      price = money.shown(product.amount, product.currency), per = products.per(product) })
  end
  return table.concat(rows, "\n")
end

local function promotions_of(app)
  local list = {}
  for code, promotion in pairs(app.promotions) do
    list[#list + 1] = code .. (promotion.closed and " (closed)" or string.format(" (%d%% off)", promotion.percent))
  end
  table.sort(list)
  return #list > 0 and table.concat(list, ", ") or "none"
end

local ROW = [[<tr><td><a href="{url}"><bdi>{name}</bdi></a></td><td class="n">{amount}</td>
<td class="n">{state}</td><td>for <bdi>{user}</bdi></td><td class="n">{date}</td></tr>]]

-- The newest pay pages and open invoices, newest first.
local function page_rows(app)
  local rows = overview.newest(app.session_list, function(session)
    local setup = session.kind == "setup"
    return html.fill(ROW, { url = checkout.url(app, session), state = checkout.status(app, session),
      name = setup and "Save a card" or session.name, user = session.user.id,
      amount = setup and "" or money.shown(session.amount, session.currency),
      date = calendar.date(session.created_ms) })
  end)
  overview.newest(app.invoice_list, function(invoice)
    return invoice.status == "open" and html.fill(ROW, { url = invoices.url(app, invoice), state = "invoice open",
      name = invoice.product.name, user = invoice.user.id, amount = money.shown(invoice.amount, invoice.currency),
      date = calendar.date(invoice.created_ms) }) or nil
  end, rows)
  return overview.table_of(rows)
end

--- The newest pay pages, newest first: a list of `{ url =, name =, status = }`.
function M.pages(app)
  return overview.newest(app.session_list, function(session)
    return { url = checkout.url(app, session), status = checkout.status(app, session),
      name = session.kind == "setup" and "Save a card" or session.name }
  end)
end

--- Ready HTML.
function M.overview(app)
  return html.fill(PAGE, { account = account_rows(app), cards = html.cards, products = product_rows(app),
    promotions = promotions_of(app),
    pages = page_rows(app) })
end

return M
