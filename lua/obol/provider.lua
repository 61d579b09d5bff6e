--- Providers written in Lua, beside those of the library.
--
-- `provider.define{ ... }` takes a payment system as a table, checks it and makes it known to this
-- Lua state, where accounts, `obol.describe`, `obol.providers` and the client then use it like any
-- other. It answers `{ name = }`, or nil and an error with everything that is wrong in `err.fields`,
-- each with its place (`operations.payment.create.request[2].type`). A name of the library's own
-- providers is refused. Defining a name again swaps the whole; accounts that are open keep what they
-- were opened with. A configuration names the files of such definitions in `providers`.
--
-- The table has
-- - `name`, `title`, `doc`, `source`, `base_url` (a preset of the configuration's word of that name)
-- - `config`: rows `{ name, type, ... }`, the words of an account
-- - `operations`: by name, `{ request_line, ... }` or a list of such variants, with `effect`
--   (`money`, `offer`, `none`), `found_by` (`our_ref`, `provider_id`, `customer`, `nothing`),
--   `found_with`, `proof_with`, `repeat_safe`, `request` and `reply` (rows `{ name, wire, type, ...
--   }`), `outcomes`, `when`, `variant`, `or_absent`, `pick_from`, `pick_by`, `pick_with`, `pick_as`,
--   `pick_alone`, `item_outcomes`, `doc`, `source`. `{name}` in the request line is a row's name or
--   its wire name
-- - `outcomes`: what is meant by a code, for one place of the reply in short, `{ at = "code", ["0"] =
--   "accepted", ["17"] = { "declined", "what 17 is" }, other = "unknown" }`, (`at` may be left out
--   where `code_at` is given), or as a list of `{ at =, is =, has =, and_at =, and_is =, text_too =,
--   outcome =, status =, kind =, retryable =, doc = }`, of which the first that fits decides; none is
--   `unknown`. A query whose own row says `unknown` with the kind `not_found` has worked and found
--   nothing; one that says `declined` needs the required rows of its reply as a success does, and a
--   list whose row `total` counts more than it holds has not said that there is nothing. The
--   provider's own `outcomes` come after an operation's
-- - `code_at`, `message_at`, `message_or`: paths of the code and the text in a reply
-- - `methods`, `currencies` (lists), `places` (decimal places that differ from ISO 4217, by
--   currency), `content_type`, `base_url_word`, `zone_minutes`, `session_words`, `timeout_ms`,
--   `query_schedule_s`
-- - `sign`: `{ header =, input = function(request, account), make = function(input, account) }`, or
--   `function(request, account)` that answers a table of headers
-- - `open`: `function(incoming, account)`, with `notifications` (rows `{ type =, at =, is =, has =,
--   fields =, outcomes =, id_of =, confirm = }`) and `acknowledgements` (`accepted`, `later`,
--   `refused`: `{ status =, content_type =, body = }`)
--
-- A row may have `as`, `place` (`body`, `path`, `query`, `header`, `nowhere`), `required`,
-- `personal`, `bytes`, `digits`, `any_scheme`, `zero_is_none`, `zero_too`, `hidden`, `kept`,
-- `shown`, `min`, `max`, `oneof` (words, or a table of ours to the provider's), `sub` (the rows of a
-- list), `key`, `preset`, `same_as`, `needed_by`, `needed_is`, `sample`, `doc`, `configurable`; they mean what
-- `obol.describe` shows of every provider. A name that begins with `account.` takes the account's
-- word, `call.key` is the attempt's key.
--
-- The functions run to their end, nothing in them may wait.
--
-- `request` is `{ operation =, method =, url =, path = (with the query, behind the base URL's own),
-- headers =, body =, time_ms =, nonce =, key =, token = (of a session or a payer, a secret) }`; its
-- body is final, and an `obol.secret` where a secret went into it (`..` with one gives another).
-- `incoming` is `{ method =, url =, headers =, body =, time_ms = (now) }`. `account` has the
-- configuration's words; a secret is an `obol.secret`, the newest where there are several, and
-- `account.secrets.<word>` lists them all. `sign` answers nil and an error where it cannot sign: then
-- nothing is sent. `open` answers what the notification says, as a table or as JSON text, and
-- `"signature"` where that proves it; without that word it is confirmed by a query before anything is
-- done. It answers nil for what is not the provider's.

local core = require "obol.core"
local errors = require "obol.error"

local M = {}

local made = setmetatable({}, { __mode = "k" })
local heard -- the names of what is defined, while somebody wants to know

local MAX_DEPTH, MAX_BODY = 24, 1024 * 1024

-- Lua quotes the source in "near ..." and "(constant ...)", which may be a key that was typed in.
local function clean(problem)
  if type(problem) ~= "string" then return "an error that is no text" end
  -- what is raised may be of any length, and searching it would take its square
  return (problem:sub(1, 2000):gsub("%s+near%s.*$", ""):gsub("%s+%(constant%s.*$", ""):gsub("%c", " "):sub(1, 200))
end

local function is_list(value)
  local count = 0
  for key in next, value do
    if type(key) ~= "number" or key % 1 ~= 0 or key < 1 then return false end
    count = count + 1
  end
  for index = 1, count do
    if value[index] == nil then return false end
  end
  return true
end

local function name_of(key)
  if type(key) == "string" then return key end
  return type(key) == "number" and key % 1 == 0 and ("%d"):format(key) or nil
end

local plain

local function plain_table(value, path, depth, problems)
  local copy, list = {}, is_list(value)
  for key, member in next, value do
    local name = name_of(key)
    local at = list and ("%s[%d]"):format(path, key) or (path == "" and "" or path .. ".") .. (name or "?")
    if depth == 0 then
      problems[#problems + 1] = { field = path, message = "expected tables nested less deep" }
      return nil
    elseif not name then
      problems[#problems + 1] = { field = at, message = "expected names and whole numbers as keys" }
    else
      copy[list and key or name] = plain(member, at, depth - 1, problems)
    end
  end
  return copy
end

-- A definition as the core takes it: without functions, which become null, and with names in the
-- tables that have both places and names.
function plain(value, path, depth, problems)
  local kind = type(value)
  if kind == "table" then return plain_table(value, path, depth, problems) end
  if kind == "function" then return core.null end
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  problems[#problems + 1] = { field = path, message = "expected text, a number, a boolean, a table or a function" }
  return nil
end

-- An error of a function of the definition, for a call that is not sent.
local function unsent(err, otherwise)
  local given = errors.is(err) and err or { kind = "internal", field = "sign", message = otherwise }
  return nil, errors.new { kind = given.kind, field = given.field, message = given.message, outcome = "not_sent" }
end

local function run(what, fn, ...)
  local ok, value, more = pcall(fn, ...)
  if ok then return value, more end
  return nil, errors.new { kind = "internal", field = what, message = "raised an error: " .. clean(value) }
end

local function signer(sign)
  if type(sign) == "function" then
    return function(request, account)
      local headers, err = run("sign", sign, request, account)
      if type(headers) == "table" then return headers end
      return unsent(err, "expected a table of headers")
    end
  end
  local input, make, header = sign.input, sign.make, sign.header
  return function(request, account)
    local bytes, err = run("sign.input", input, request, account)
    if bytes == nil then return unsent(err, "expected what is to be signed") end
    local signature
    signature, err = run("sign.make", make, bytes, account)
    if type(signature) == "string" then return { [header] = signature } end
    return unsent(err, "expected a signature as text")
  end
end

local function opener(open)
  return function(incoming, time_ms, account)
    local body = incoming.body or ""
    if #body > MAX_BODY then
      return nil, errors.new { kind = "invalid", field = "body", message = "expected at most 1 MiB" }
    end
    local view = { method = incoming.method, url = incoming.url, headers = incoming.headers or {}, body = body,
      time_ms = time_ms }
    local tree, proof = run("open", open, view, account)
    if type(tree) == "table" or type(tree) == "string" or tree == body then return tree, proof end
    if errors.is(proof) then return nil, proof end
    return nil, errors.new { kind = "signature", message = "expected a signed notification of this account" }
  end
end

--- Checks the table of a provider and makes it known: `{ name = }`, or nil and an error of kind
-- `invalid` (`conflict` for a name of the library's own) with all that is wrong in `fields`.
function M.define(definition)
  if type(definition) ~= "table" then error("expected a table, got " .. type(definition), 2) end
  local problems = {}
  local data = plain(definition, "", MAX_DEPTH, problems)
  if #problems > 0 then
    return nil, errors.new { kind = "invalid", message = "the provider cannot be used", fields = problems }
  end
  local hooks, sign = {}, definition.sign
  if type(sign) == "function" or type(sign) == "table" then hooks.sign = signer(sign) end
  if type(definition.open) == "function" then hooks.open = opener(definition.open) end
  local name, err = core.define(data, hooks)
  if not name then return nil, err end
  local defined = { name = name }
  made[defined] = true
  if heard then heard[name] = true end
  return defined
end

--- Runs fn() and answers what it answers; the names of all that it defines become keys of `names`.
function M.heard(names, fn)
  local before = heard
  heard = names
  local ok, defined, err = pcall(fn)
  heard = before
  return ok, defined, err
end

--- Whether `value` is what `define` answered.
function M.is(value)
  return made[value] == true
end

return M
