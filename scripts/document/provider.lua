-- A provider's page, from its tables.

local fields = require "obol.cli.fields"
local json = require "obol.json"
local markdown = require "markdown"

local M = {}

local code = markdown.code

local function add(lines, ...)
  for _, line in ipairs { ... } do lines[#lines + 1] = line end
end

-- The rows of a list with those inside them, by whole paths: `products[].id`.
local function flat(list, before, rows)
  before, rows = before or "", rows or {}
  for _, field in ipairs(list or {}) do
    local path = before .. field.name
    rows[#rows + 1] = { field = field, path = path }
    flat(field.fields, path .. "[].", rows)
  end
  return rows
end

local function type_of(field)
  return field.form and field.form ~= field.type and ("%s (%s)"):format(field.type, field.form) or field.type
end

local function wire(field)
  if field.place == "path" then return "in the path" end
  local text = fields.wire(field)
  local name, place = text:match "^(%S+)( in %l+)$"
  return name and code(name) .. place or code(text)
end

local function limits(field)
  local text = fields.limits(field)
  if field.personal then text = text .. (text ~= "" and "; " or "") .. "personal: shortened in logs" end
  return text
end

-- The currency of amounts, where the request has no place of its own for it.
local function currency_of(provider, list)
  local money
  for _, entry in ipairs(flat(list)) do
    if entry.path == "currency" then return nil end
    if entry.field.type == "money" then money = money or entry.field end
  end
  if not money then return nil end
  local allowed = #provider.currencies > 0 and provider.currencies or nil
  return { name = "currency", type = "currency", required = money.required,
    needed_by = not money.required and money.name or nil, oneof = allowed, place = "nowhere",
    doc = "of the amount, where that is text", sample = allowed and allowed[1] or "USD" }
end

local function add_request(lines, list)
  local rows = {}
  for place, entry in ipairs(flat(list)) do
    local field = entry.field
    rows[place] = { code(entry.path), wire(field), type_of(field), fields.required(field) and "yes" or "",
      limits(field), field.doc }
  end
  markdown.table(lines, { "field", "on the wire", "type", "required", "limits", "what" }, rows)
end

-- A list that is filled from two places has its items' fields once.
local function add_reply(lines, list)
  local rows, seen = {}, {}
  for _, entry in ipairs(flat(list)) do
    local field = entry.field
    local row = { code(entry.path), wire(field), type_of(field),
      field.oneof and table.concat(field.oneof, ", ") or "", field.doc }
    local key = table.concat(row, "\0")
    if not seen[key] then rows[#rows + 1] = row end
    seen[key] = true
  end
  markdown.table(lines, { "field", "on the wire", "type", "one of", "what" }, rows)
end

local function add_outcomes(lines, list)
  local rows = fields.outcomes(list)
  for _, row in ipairs(rows) do row[1] = code(row[1]) end
  markdown.table(lines, { "when", "outcome", "kind of error", "what" }, rows)
end

local function heading_of(operation)
  local variant = fields.variant(operation)
  return variant and ("%s, %s"):format(operation.name, variant) or operation.name
end

-- A word as a shell takes it.
local function word(text)
  if text:find "^[%w_.:/@%%+=-]+$" then return text end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A row's sample as a value in JSON; of a list one entry, nil where it has nothing to show.
local function sample_of(field)
  if not field.fields then return field.type == "integer" and tonumber(field.sample) or field.sample end
  local entry = {}
  for _, inner in ipairs(field.fields) do
    if fields.required(inner) then entry[inner.name] = sample_of(inner) end
  end
  return next(entry) and json.array { entry } or nil
end

local function argument(operation, field)
  if field.type == "secret" and not field.name:find "^account%." then
    return field.name .. "=env:" .. field.name:gsub("%W", "_"):upper()
  end
  local chosen = field.name == operation.when and not operation.or_absent and not field.name:find "^account%."
  if field.computed or not (fields.required(field) or chosen) then return nil end
  if not field.fields then return field.sample and word(field.name .. "=" .. field.sample) end
  local list = sample_of(field)
  return list and word(field.name .. ":=" .. json.encode(list))
end

-- What chooses a variant need not be a row of the request.
local function choice(operation)
  if not operation.when or operation.variant == "*" or operation.or_absent then return nil end
  for _, field in ipairs(operation.request) do
    if field.name == operation.when then return nil end
  end
  return word(operation.when .. "=" .. operation.variant)
end

local function example(operation)
  local parts = { "obol call ACCOUNT " .. operation.name }
  parts[#parts + 1] = choice(operation)
  for _, field in ipairs(operation.request) do parts[#parts + 1] = argument(operation, field) end
  return table.concat(parts, " \\\n  ")
end

local function add_operation(lines, operation)
  add(lines, "### " .. heading_of(operation), "", code(operation.request_line), "", operation.doc or "", "")
  local rows = fields.behaviour(operation)
  markdown.table(lines, { "", "" }, rows)
  if #operation.request > 0 then
    add(lines, "Request:", "")
    add_request(lines, operation.request)
  else
    add(lines, "The request has no fields.", "")
  end
  if #operation.reply > 0 then
    add(lines, "Result:", "")
    add_reply(lines, operation.reply)
  end
  if operation.outcomes and #operation.outcomes > 0 then
    add(lines, "Outcomes; the first that matches decides, then those of [every operation](#outcomes):", "")
    add_outcomes(lines, operation.outcomes)
  end
  add(lines, "```sh", example(operation), "```", "")
end

local function add_configuration(lines, provider)
  add(lines, "## Configuration", "")
  local rows, example_lines = {}, { "accounts = {", ("  name = { provider = %q,"):format(provider.name) }
  for place, field in ipairs(provider.config) do
    rows[place] = { code(field.name), field.type, field.required and "yes" or "", fields.limits(field), field.doc }
    if field.required then
      local value = ("%q"):format(field.sample or "...")
      if field.type == "secret" then
        value = ("secret.env %q"):format((provider.name .. "_" .. field.name):upper())
      end
      example_lines[#example_lines + 1] = ("    %s = %s,"):format(field.name, value)
    end
  end
  add(example_lines, "  },", "},")
  add(lines, "```lua", table.concat(example_lines, "\n"), "```", "")
  markdown.table(lines, { "word", "type", "required", "limits", "what" }, rows)
end

-- Each word that stands in for what the provider does not document.
local function add_undocumented(lines, provider)
  local rows = {}
  for _, field in ipairs(provider.config) do
    if field.configurable then rows[#rows + 1] = { code(field.name), field.preset or "", field.doc } end
  end
  if #rows == 0 then return end
  add(lines, "## Not documented by the provider", "",
    "These are choices of this library. Where the provider turns out to do otherwise, the configuration changes them:",
    "")
  markdown.table(lines, { "word", "default", "what" }, rows)
end

local function add_index(lines, provider)
  add(lines, "## Operations", "")
  local rows = {}
  for place, operation in ipairs(provider.operations) do
    local heading = heading_of(operation)
    rows[place] = { ("[%s](#%s)"):format(operation.name, markdown.anchor(heading)), fields.variant(operation) or "",
      operation.effect, operation.doc }
  end
  markdown.table(lines, { "operation", "variant", "effect", "what" }, rows)
end

local confirmed = {
  never = "by nothing: it is a hint, or speaks for itself",
  always = "by a query, always",
  ["unless switched off"] = "by a query, unless the configuration says `confirm = false`",
}

local function notification_when(kind)
  local parts = {}
  if kind.at then parts[1] = kind.is and code(kind.at .. " = " .. kind.is) or code(kind.at) .. " is there" end
  if kind.has then parts[#parts + 1] = code(kind.has) .. " is there" end
  return #parts > 0 and table.concat(parts, " and ") or "always"
end

local function codes(list)
  local shown = {}
  for place, text in ipairs(list) do shown[place] = code(text) end
  return table.concat(shown, ", ")
end

local function add_notifications(lines, provider)
  if #provider.notifications == 0 then return end
  add(lines, "## Notifications", "",
    "What the provider sends by itself, as events; the first kind that fits is taken.", "")
  for _, kind in ipairs(provider.notifications) do
    local title = kind.type == "payment" and "payment.succeeded, payment.failed, payment.updated" or kind.type
    add(lines, "### " .. title, "", kind.doc, "")
    markdown.table(lines, { "", "" }, { { "when", notification_when(kind) }, { "confirmed", confirmed[kind.confirm] },
      { "the same again", #kind.id_of > 0 and "told by " .. table.concat(kind.id_of, ", ") or "told by its bytes" },
      { "source", kind.source } })
    add_reply(lines, kind.fields)
    if #kind.outcomes > 0 then add_outcomes(lines, kind.outcomes) end
  end
  local rows = {}
  for place, answer in ipairs(provider.acknowledgements) do
    rows[place] = { code(answer.word), ("%d"):format(answer.status), code(answer.body or "") }
  end
  add(lines, "Answered with:", "")
  markdown.table(lines, { "word", "HTTP status", "body" }, rows)
end

-- Moments as text; a long row of them at one distance is told by it.
local function moments(list)
  local out, at = {}, 1
  while at <= #list do
    local last, step = at, (list[at + 1] or 0) - list[at]
    while list[last + 1] == list[last] + step do last = last + 1 end
    if last - at < 5 then last = at end
    out[#out + 1] = list[at] .. (last > at and (", then each %d to %d"):format(step, list[last]) or "")
    at = last + 1
  end
  return table.concat(out, ", ") .. " s"
end

--- The page of a provider; `provider` is what `describe` answers.
function M.page(provider)
  local core = require "obol.core"
  local lines = { "# " .. provider.title, "", "Written by `make docs` from the provider's tables.", "",
    provider.doc or "", "" }
  local about = { { "name in the configuration", code(provider.name) },
    { "methods", codes(provider.methods) }, { "source", provider.source } }
  if #provider.currencies > 0 then
    about[#about + 1] = { "currencies", codes(provider.currencies) }
  end
  if #provider.query_schedule_s > 0 then
    about[#about + 1] = { "asked again after", moments(provider.query_schedule_s) }
  end
  markdown.table(lines, { "", "" }, about)
  add_configuration(lines, provider)
  add_undocumented(lines, provider)
  add_index(lines, provider)
  local seen = {}
  for _, operation in ipairs(provider.operations) do
    if not seen[operation.name] then
      seen[operation.name] = true
      for _, variant in ipairs(assert(core.describe(provider.name, operation.name))) do
        local currency = currency_of(provider, variant.request)
        if currency then table.insert(variant.request, currency) end
        add_operation(lines, variant)
      end
    end
  end
  add(lines, "## Outcomes", "", "Of every operation, after its own. The first that matches decides:", "")
  add_outcomes(lines, provider.outcomes)
  add_notifications(lines, provider)
  return markdown.page(lines)
end

return M
