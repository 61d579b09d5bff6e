-- Every field of every operation of every provider: missing, null, of another type, over its limit. The rows
-- say which fields there are; what has to come of each is written here.

local core = require "obol.core"
local obol = require "obol"
local sandbox = require "obol.sandbox"
local worlds = require "spec.contract.world"

-- What a field may hold, and what may not stand in its place.
local good = { text = "x", integer = 7, money = "1.00", currency = "USD", boolean = true, url = "https://a.example/",
  time = 1700000000000, interval = "P1M" }
local wrong = {
  text = { { 1, 2 }, {}, true, 1.5, "", ("x"):rep(16385), "a\0b", "\255", obol.secret "s" },
  integer = { {}, true, 1.5, "1.5", "", "x", "9223372036854775808", 1e300, obol.secret "1" },
  money = { {}, true, 8.88, "", "x", "1.", ".5", "1,00", "-1", "1e3", " 1", "1.0000000000001",
    "99999999999999999999", obol.secret "1" },
  currency = { {}, true, 840, "", "usd", "US", "XXX", "USDX" },
  boolean = { {}, "true", 1, 0 },
  url = { {}, true, 7, "", "/path", "javascript:x", "https://a.example/ b", "https://" .. ("x"):rep(2100),
    "https://a.example/\n", obol.secret "https://a.example/" },
  time = { {}, true, 1.5, "x" },
  interval = { {}, true, 7, "", "P1", "1M", "P1M1D", "P0M", "monthly" },
  secret = { "4300000000000000", {}, true, 7, obol.secret "", obol.secret(("1"):rep(2000)) },
}

local function steps(name)
  local list = {}
  for step in name:gmatch "[^.]+" do
    local plain, index = step:match "^(.-)%[(%d+)%]$"
    list[#list + 1] = plain or step
    if index then list[#list + 1] = tonumber(index) end
  end
  return list
end

-- Sets (or takes away, with nil) the member of `params` at a row's name.
local function put(params, name, value)
  local list = steps(name)
  for i = 1, #list - 1 do
    params[list[i]] = params[list[i]] or {}
    params = params[list[i]]
  end
  params[list[#list]] = value
end

local function value_of(row)
  if row.type == "secret" then return obol.secret(row.name:find "cvv" and "123" or "4300000000000000") end
  if row.type == "list" then
    local item = {}
    for _, sub in ipairs(row.fields or {}) do
      if sub.required and not sub.name:find "^call%." then put(item, sub.name, value_of(sub)) end
    end
    return { item }
  end
  return row.sample or row.oneof and row.oneof[1] or good[row.type] or "x"
end

-- A call in which all that is required has a value.
local function base(rows)
  local params = {}
  for _, row in ipairs(rows) do
    -- an amount needs its currency, also where the wire has no place for it
    if row.type == "money" then params.currency = params.currency or rows.currency end
    if row.required and not row.name:find "^account%." and not row.name:find "^call%." and not row.computed then
      put(params, row.name, value_of(row))
    end
  end
  if rows.chosen then put(params, rows.chosen[1], rows.chosen[2]) end
  return params
end

local function says(err, name)
  for _, problem in ipairs(err.fields or { err }) do
    if problem.field and problem.field:sub(1, #name) == name then return true end
  end
  return false
end

local function account_of(name)
  local adapter = worlds.adapter(name)
  if adapter.define then adapter.define() end
  local box = sandbox.new{ seed = "fields" }
  local words = adapter.account(box)
  words.provider, words.extra_headers = name, nil
  for _, path in ipairs(adapter.secrets) do
    local holder, last = words, path
    for step in path:gmatch "([^.]+)%." do holder, last = words[step], path:match "[^.]+$" end
    holder[last] = obol.secret(holder[last])
  end
  return assert(obol.account(words))
end

local moment = { time_ms = 1700000000000, nonce = "1", key = "k-1" }

-- A row that the caller fills, of an operation whose other rows leave it in its variant.
local function is_callers(row)
  return not row.computed and not row.name:find "^account%." and not row.name:find "^call%."
    and row.type ~= "any" and row.type ~= "list"
end

-- Logging in, which is for accounts without a token.
local skipped = { mincloud = { "session.create (*)", "session.create (*)", "session.create (*)" } }

local function try(account, operation, rows, row, value)
  local params = base(rows)
  put(params, row.name, value)
  return account:encode(operation.name, params, moment)
end

for _, name in ipairs(worlds.names) do
  describe("the fields of " .. name, function()
    local account = account_of(name)
    local seen, left = 0, {}
    for _, operation in ipairs(core.describe(name).operations) do
      local rows = operation.request or {}
      if operation.when and operation.variant ~= "*" then rows.chosen = { operation.when, operation.variant } end
      rows.currency = name == "mincloud" and "CNY" or "USD"
      local chosen = operation.when
      -- variants that a discriminator chooses are asked for by their own rows' words
      local made = account:encode(operation.name, base(rows), moment)
      local label = operation.name .. (operation.variant and " (" .. operation.variant .. ")" or "")
      if not made then left[#left + 1] = label end
      if made then
        for _, row in ipairs(rows) do
          if is_callers(row) and row.name ~= chosen then
            seen = seen + 1
            it(("%s: %s"):format(label, row.name), function()
              for place, value in ipairs(wrong[row.type] or {}) do
                -- an integer may be meant as text where digits or numbers are taken
                local request, err = try(account, operation, rows, row, value)
                assert.is_nil(request, row.name .. ", value " .. place)
                assert.equal("not_sent", err.outcome)
                assert.is_true(says(err, row.name) or says(err, row.name:match "^[%w_]+"),
                  row.name .. ", value " .. place .. ": " .. tostring(err))
              end
              if row.required then
                for _, value in ipairs{ false, core.null } do
                  local params = base(rows)
                  put(params, row.name, value or nil)
                  local request, err = account:encode(operation.name, params, moment)
                  assert.is_nil(request)
                  assert.is_true(says(err, row.name), tostring(err))
                end
              else
                assert(try(account, operation, rows, row, core.null))
              end
            end)
          end
        end
      end
    end
    it("are there", function()
      assert.is_true(seen >= 8, tostring(seen))
      assert.same(skipped[name] or {}, left)
    end)
  end)
end
