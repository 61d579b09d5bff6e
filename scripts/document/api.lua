-- The page of the public functions, from the comments that begin with three dashes.

local markdown = require "markdown"

local M = {}

-- What is public, in the order of the page: a heading, the file, and what its functions are called
-- by (`%s` stands for the name), `maker` those of the module itself where the others are of what it
-- makes. The first parameter of the owner named by `skip` is not the caller's; `private` names what
-- other modules of this library alone call.
local pages = {
  { "obol", "init.lua" },
  { "The client", "client/init.lua", call = "pay:%s", maker = "obol.%s", skip = "pay",
    private = { with = true } },
  { "Health of accounts", "client/health.lua", call = "pay:%s", skip = "pay",
    private = { add = true, use_store = true, settings_of = true, add_methods = true, operations = true,
      known = true } },
  { "pay.payments", "client/payments.lua", call = "pay.payments:%s", skip = "M" },
  { "pay.refunds", "client/refunds.lua", call = "pay.refunds:%s", skip = "M" },
  { "pay.subscriptions", "client/subscriptions.lua", call = "pay.subscriptions:%s", skip = "M" },
  { "pay.customers", "client/customers.lua", call = "pay.customers:%s", skip = "M" },
  { "pay.products", "client/products.lua", call = "pay.products:%s", skip = "M" },
  { "pay.entitlements", "client/entitlements.lua", call = "pay.entitlements:%s", skip = "M" },
  { "pay.invoices", "client/invoices.lua", call = "pay.invoices:%s", skip = "M" },
  { "pay.payment_methods", "client/payment_methods.lua", call = "pay.payment_methods:%s", skip = "M" },
  { "pay.notifications", "client/notifications.lua", call = "pay.notifications:%s", skip = "M" },
  { "pay.events", "client/events.lua", call = "pay.events:%s", skip = "M" },
  { "pay.flows", "flow/methods.lua", call = "pay.flows:%s", skip = "M" },
  { "Options of a call", "client/options.lua", only = {} },
  { "obol.money", "money.lua" },
  { "obol.secret", "secret.lua" },
  { "obol.json", "json.lua" },
  { "obol.qr", "qr.lua" },
  { "obol.jsapi", "jsapi.lua" },
  { "obol.crypto", "crypto.lua", call = "obol.crypto.%s" },
  { "obol.error", "error.lua", call = "obol.error.%s" },
  { "obol.account", "account/init.lua" },
  { "obol.provider", "provider.lua", call = "obol.provider.%s" },
  { "Routing rules", "route/init.lua", only = {} },
  { "Breakers of accounts", "route/breaker.lua", only = {} },
  { "What counts as a failure", "health/judge.lua", only = {} },
  { "Windows of time in rules", "route/window.lua", only = {} },
  { "Flows", "flow/init.lua", only = {} },
  { "What a flow can do", "flow/object.lua", call = "flow:%s", skip = "Flow",
    private = { ASKS = true, new = true, close = true } },
  { "Handlers for nginx", "nginx/init.lua", call = "obol.nginx.%s" },
  { "Limits of the handlers", "nginx/options.lua", only = {} },
  { "Waiting, and the built-in transport", "wait/init.lua", call = "require(\"obol.wait\").%s" },
  { "The sandbox", "sandbox/init.lua", call = "sandbox:%s", maker = "require(\"obol.sandbox\").%s",
    private = { stamp_ms = true } },
  { "The sandbox behind HTTP", "sandbox/server.lua", call = "server:%s",
    maker = "require(\"obol.sandbox.server\").%s" },
}

local function read_lines(path)
  local file = assert(io.open(path, "rb"))
  local lines = {}
  for line in file:lines() do lines[#lines + 1] = line end
  file:close()
  return lines
end

-- The comment that begins at line `from`, as Markdown, and the line after it.
local function comment(lines, from)
  local text, at = {}, from
  while lines[at] and lines[at]:find "^%s*%-%-" do
    text[#text + 1] = (lines[at]:gsub("^%s*%-%-%-? ?", ""):gsub("%s+$", ""))
    at = at + 1
  end
  return text, at
end

-- Name and parameters of a public function in a line: of the module (`M.`, also as a member that is
-- made elsewhere), of an object (`Sandbox:`) or of the client (`pay.`).
local function function_in(line)
  local owner, name, parameters = line:match "^%s*function (%u%a*)[.:]([%a_][%w_]*)%((.-)%)"
  if not owner then owner, name, parameters = line:match "^%s*function (pay)%.([%a_][%w_]*)%((.-)%)" end
  if not owner then owner, name = line:match "^(M)%.([%a_][%w_]*) = " end
  if not owner or name:find "^_" then return nil end
  return owner, name, parameters
end

-- How it is called. A member that is no function of this file says so in its comment's first words,
-- which are taken out of it.
local function signature(page, owner, name, parameters, text)
  if not parameters then
    parameters = text[1]:match("^`" .. name .. "(%(.-%))`: ")
    text[1] = text[1]:gsub("^`" .. name .. "%(.-%)`: ", ""):gsub("^%l", string.upper)
    return (page.call or "%s"):format(name) .. (parameters or "")
  end
  if page.skip == owner then parameters = parameters:gsub("^[%w_]+,?%s*", "") end
  local call = owner == "M" and page.maker or page.call
  return (call or "%s"):format(name) .. "(" .. parameters .. ")"
end

-- A line that begins with what a call answers begins an entry of a list.
local function add_text(out, text)
  for _, line in ipairs(text) do
    if line:find "^`[^`]+` %->" then line = "- " .. line end
    out[#out + 1] = line
  end
  out[#out + 1] = ""
end

local function add_functions(out, missing, page, lines, start)
  local documented
  for number = start, #lines do
    local line = lines[number]
    if line:find "^%s*%-%-%-" then documented = number end
    local owner, name, parameters = function_in(line)
    if owner and not (page.private and page.private[name]) then
      local text, after
      if documented then text, after = comment(lines, documented) end
      if text and after == number then
        out[#out + 1] = "### `" .. signature(page, owner, name, parameters, text) .. "`\n"
        add_text(out, text)
      else
        missing[#missing + 1] = ("lua/obol/%s:%d: %s"):format(page[2], number, name)
      end
    end
  end
end

--- The page, and a list of the public functions that have no comment. `root` is the folder of the
-- Lua files.
function M.page(root)
  local out, missing = { "# Functions", "", "Written by `make docs` from the comments in the code.", "" }, {}
  for _, page in ipairs(pages) do
    out[#out + 1] = ("- [%s](#%s)"):format(page[1], markdown.anchor(page[1]))
  end
  out[#out + 1] = ""
  for _, page in ipairs(pages) do
    local lines = read_lines(root .. page[2])
    out[#out + 1] = "## " .. page[1] .. "\n"
    local text, after = comment(lines, 1)
    if text[1] ~= page[1] then add_text(out, text) end
    if not page.only then add_functions(out, missing, page, lines, after) end
  end
  return markdown.page(out), missing
end

return M
