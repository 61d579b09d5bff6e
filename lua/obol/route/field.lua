--- The fields of a payment as rules name them: `customer.id`, `items[1].sku`, `extra.mincloud.schema_id`.
-- What is secret in any provider's tables is none of them.

local core = require "obol.core"
local nearest = require "obol.nearest"
local steps_of = require "obol.steps"

local M = {}

-- What the client itself reads, beside the fields of the providers' tables.
local always = {}
for name in ([[operation order_id method amount currency description customer.id customer.email customer.ip
  item items interval cycles trial_days promotion_code profit_sharing three_ds return_url cancel_url notify_url
  card.exp_month card.exp_year]]):gmatch "%S+" do
  always[name] = true
end
local SECRET = { ["card.number"] = true, ["card.cvv"] = true }

local function add_fields(known, secrets, prefix, fields)
  for _, field in ipairs(fields or {}) do
    local name = prefix .. field.name
    if field.type == "secret" then secrets[name] = true else known[name] = true end
    add_fields(known, secrets, name .. "[1].", field.fields or field.item)
  end
end

--- The names of all fields (`known`), of those that are secret (`secrets`), and their first words (`first`), over
-- every provider that there is.
function M.known()
  local known, secrets = {}, {}
  for name in pairs(always) do known[name] = true end
  for name in pairs(SECRET) do secrets[name] = true end
  for _, provider in ipairs(core.providers()) do
    for _, operation in ipairs((core.describe(provider) or {}).operations or {}) do
      if operation.name == "payment.create" or operation.name == "subscription.create" then
        add_fields(known, secrets, "", operation.request)
      end
    end
  end
  local first = { extra = true }
  for _, set in ipairs { known, secrets } do
    for name in pairs(set) do first[name:match "^[^.%[]+"] = true end
  end
  return { known = known, secrets = secrets, first = first }
end

-- Rules may name any part of `extra`, `items` and `account`, of which not all is in the tables.
local free = { extra = true, items = true }

local function check_name(name, fields)
  local plain = name:gsub("%[%d+%]", "[1]")
  if fields.secrets[plain] then return nil, "expected a field that is no secret" end
  if fields.known[plain] or free[plain:match "^[^.%[]+"] then return true end
  return nil, "expected a field of a payment" .. nearest.hint(plain, fields.known)
end

-- Reads one step after another; what lies in no table is nothing.
local function reader(steps)
  local first, count = steps[1], #steps
  if count == 1 then return function(subject) return subject[first] end end
  local second = steps[2]
  if count == 2 then
    return function(subject)
      local value = subject[first]
      if type(value) ~= "table" then return nil end
      return value[second]
    end
  end
  return function(subject)
    local value = subject
    for place = 1, count do
      if type(value) ~= "table" then return nil end
      value = value[steps[place]]
    end
    return value
  end
end

--- What reads the field `name` of a subject (see obol.route.subject); or nil and what was expected.
function M.compile(name, fields)
  if type(name) ~= "string" then return nil, "expected a field's name" end
  local full = name:gsub("^item%f[.%z]", "items[1]")
  local steps = #full <= 200 and steps_of(full)
  if not steps then return nil, "expected a field's name, such as `customer.id` or `items[1].sku`" end
  local fine, problem = check_name(full, fields)
  if not fine then return nil, problem end
  return reader(steps)
end

return M
