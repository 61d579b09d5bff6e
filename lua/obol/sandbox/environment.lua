--- The ready accounts as variables for a shell, so that a configuration can name them:
--
--     eval "$(curl -s http://127.0.0.1:8600/_sandbox/env)"
--
-- `RUXPAY_SECRET_KEY` is the word `secret_key` of the account `ruxpay`, `FOURMETAS_RSA_KEY` the word `key` of
-- `rsa` of `fourmetas`.

local M = {}

local function quote(value) return "'" .. value:gsub("'", "'\\''") .. "'" end

local function add(lines, name, value)
  if type(value) == "table" then
    for word, member in pairs(value) do
      -- lists have no names
      if type(word) == "string" then add(lines, name .. "_" .. word, member) end
    end
    return
  end
  if type(value) == "number" then value = ("%.14g"):format(value) end
  lines[#lines + 1] = ("export %s=%s"):format(name:upper(), quote(tostring(value)))
end

--- The text of one `export` a line, sorted. `accounts` is what `sandbox:accounts` answers.
function M.text(accounts)
  local lines = {}
  for name, words in pairs(accounts) do add(lines, name, words) end
  table.sort(lines)
  return table.concat(lines, "\n") .. "\n"
end

return M
