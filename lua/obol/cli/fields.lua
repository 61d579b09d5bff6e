--- Rows of `obol.describe` in words: what a value may be, and what an operation does when it is
-- called. The command line and the generated documentation say the same.

local M = {}

-- What a field's limits count, where it is not characters.
local units = { integer = "", money = " digits before the point", list = " entries", secret = " bytes",
  url = " bytes" }

-- Fields that no caller gives, by how their names begin.
local filled = { ["account."] = "from the configuration", ["call."] = "filled in by Obol" }

-- Where a field's value comes from when it is not the caller's; nil when it is.
local function origin(field)
  if field.computed then return "made from other fields" end
  return filled[field.name:match "^%l+%." or ""]
end

--- Whether the caller has to give the field.
function M.required(field) return field.required and not origin(field) end

-- How much a value may be; "" where nothing is said or, as of a time, nothing that anybody meets.
local function range(field)
  if field.type == "time" then return "" end
  local unit = field.bytes and " bytes" or field.digits and " digits" or units[field.type] or " characters"
  if field.min and field.min == field.max then return ("%d%s"):format(field.min, unit) end
  if field.min and field.max then return ("%d to %d%s"):format(field.min, field.max, unit) end
  if field.max then return ("at most %d%s"):format(field.max, unit) end
  return field.min and ("at least %d%s"):format(field.min, unit) or ""
end

--- Limits of a field as one text, "" where there are none: "at most 255 bytes; default USD"
function M.limits(field)
  local parts = { origin(field) }
  if field.oneof then
    parts[#parts + 1] = "one of " .. table.concat(field.oneof, ", ")
  end
  local size = range(field)
  if size ~= "" then parts[#parts + 1] = size end
  if field.needed_is then
    parts[#parts + 1] = ("required where %s is %s"):format(field.needed_by, table.concat(field.needed_is, " or "))
  elseif field.needed_by then
    parts[#parts + 1] = "required with " .. field.needed_by
  end
  if field.luhn then parts[#parts + 1] = "a warning in the log where it does not pass the Luhn check" end
  if field.any_scheme then parts[#parts + 1] = "an app's scheme is fine too" end
  if field.preset then parts[#parts + 1] = "default " .. field.preset end
  return table.concat(parts, "; ")
end

--- How the wire writes it: the provider's word, its place and its form; "" where it is not sent.
function M.wire(field)
  if field.place == "nowhere" then return "" end
  if field.place == "path" then return "in the path" end
  if not field.wire then return "" end
  local text = field.wire
  if field.place ~= "body" then text = text .. " in " .. field.place end
  return text
end

--- The variant of an operation and when it is taken; nil where there is one alone.
function M.variant(operation)
  if not operation.when then return nil end
  if operation.variant == "*" then return "with " .. operation.when end
  local text = ("with %s = %s"):format(operation.when, operation.variant)
  if operation.or_absent then text = text .. ", or without it" end
  return text
end

local effects = {
  money = "may move money at once",
  offer = "makes something that a payer may pay later",
  none = "moves no money",
}
local found = {
  our_ref = "by our reference", provider_id = "by the provider's id", customer = "by the customer",
  nothing = "by nothing",
}

--- What may happen, and what an unanswered call means: a list of { word, text }.
function M.behaviour(operation)
  local found_by = found[operation.found_by] or operation.found_by
  if operation.found_with and operation.found_by == "nothing" then
    found_by = ("by nothing; once its id is known, with %s"):format(operation.found_with)
  elseif operation.found_with then
    found_by = found_by .. ", with " .. operation.found_with
  end
  local rows = {
    { "effect", effects[operation.effect] or operation.effect },
    { "unanswered", "found again " .. found_by },
    { "repeat", operation.repeat_safe and "safe: the same call may be sent again" or "not safe" },
  }
  if operation.proof_with then
    rows[#rows + 1] = { "proof", "a new order in " .. operation.proof_with }
  end
  if operation.pick_from then
    rows[#rows + 1] = { "found in the list", ("%s whose %s is the expected %s"):format(operation.pick_from,
      operation.pick_by, operation.pick_with or "provider_id") }
  end
  rows[#rows + 1] = { "source", operation.source }
  return rows
end

-- One condition of an outcome's row: `code = 0`.
local function is(at, value)
  if value == nil then return at .. " of any value" end
  if value == "*integer" then return at .. " is any other integer" end
  if value:sub(1, 1) == "!" then return ("%s is not %s"):format(at, value:sub(2)) end
  return ("%s = %s"):format(at, value)
end

--- The lines of an outcome table: a list of { condition, outcome, kind, doc }.
function M.outcomes(rows)
  local list = {}
  for place, row in ipairs(rows or {}) do
    local condition = is(row.at, row.is)
    if row.and_at then condition = condition .. ", and " .. is(row.and_at, row.and_is) end
    if row.has then condition = condition .. ", and " .. row.has end
    -- what succeeds or goes on has no error
    local kind = (row.outcome ~= "succeeded" and row.outcome ~= "accepted") and row.kind or ""
    if row.retryable then kind = kind .. ", retryable" end
    local outcome = row.status and ("%s (%s)"):format(row.outcome, row.status) or row.outcome
    list[place] = { condition, outcome, kind, row.doc or "" }
  end
  return list
end

--- The fields of a list with those inside them, flat: { field =, depth = }.
function M.flat(fields, depth, list)
  depth, list = depth or 0, list or {}
  for _, field in ipairs(fields or {}) do
    list[#list + 1] = { field = field, depth = depth }
    M.flat(field.fields, depth + 1, list)
  end
  return list
end

return M
