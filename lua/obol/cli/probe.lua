--- What an account's provider can be asked without moving money: is it there, does it take the
-- credentials, what time is it?

local core = require "obol.core"

local M = {}

-- Providers that limit the skew of clocks name minutes; half a minute is a clock that nobody keeps.
local WARN_MS, FAIL_MS = 30000, 240000

--- The address of an account's API: its own or the provider's, under the first word that is one; nil
-- where it has none.
function M.base_url(words)
  if type(words.base_url) == "string" then return words.base_url end
  local provider = type(words.provider) == "string" and core.describe(words.provider)
  for _, field in ipairs(provider and provider.config or {}) do
    if field.type == "url" then
      return type(words[field.name]) == "string" and words[field.name] or field.preset
    end
  end
  return nil
end

--- Scheme and host of an address: nothing in which somebody could have written a key.
function M.site(url)
  local scheme, rest = url:match "^(%a+://)([^/?#]*)"
  if not scheme then return "its address" end
  return scheme .. rest:gsub("^.*@", "")
end

local advices = {
  timeout = "the address does not answer: check a firewall, a proxy, or the address itself",
  network = "check the address, DNS and the way to the network",
  authentication = "the provider refuses these credentials: compare id and secret with its console",
  rate_limited = "the provider asks for fewer calls: try later",
}

local function advice_of(err)
  local message = (err.message or ""):lower()
  if message:find "certificate" or message:find "tls" or message:find "ssl" then
    return "the certificate is not trusted: check the address and ca-certificates, or name a `ca_file` in `transport`"
  end
  return advices[err.kind]
end

local function send(opened, request, timeout_ms)
  local started = core.monotonic_ms()
  local ok, reply, err = pcall(opened.transport.send, request, { timeout_ms = timeout_ms })
  local took = math.floor(core.monotonic_ms() - started)
  if not ok then return nil, { kind = "internal", message = "the transport raised an error" } end
  if reply then return reply, nil, took end
  return nil, err
end

local function text_of(value) return type(value) == "number" and ("%d"):format(value) or tostring(value) end

local function check_clock(list, name, result, took_ms, now_ms)
  local theirs = result.time_ms or result.time_s and result.time_s * 1000
  if not theirs then return end
  -- what is told in whole seconds was told somewhere within one, half of the way back ago
  local off = now_ms - took_ms / 2 - theirs - (result.time_ms and 0 or 500)
  local size = math.abs(off)
  local detail = size < 1500 and "the clock agrees with the provider's"
    or ("the clock is %.1f s %s"):format(size / 1000, off > 0 and "fast" or "slow")
  local status = size >= FAIL_MS and "fail" or size >= WARN_MS and "warn" or "ok"
  list.add(status, name, detail, status ~= "ok" and "set the clock, as with chrony or systemd-timesyncd" or nil)
end

local function ask_time(list, opened, name, timeout_ms)
  local account, now = opened.accounts[name], core.clock_ms()
  local request, err = account:encode("time.get", {}, { time_ms = now, nonce = ("%d"):format(now), key = "doctor" })
  if not request then
    list.add("fail", name, "no request could be made: " .. tostring(err))
    return
  end
  local reply, took
  reply, err, took = send(opened, request, timeout_ms)
  if not reply then
    list.add("fail", name, M.site(request.url) .. ": " .. (err.message or "cannot be reached"), advice_of(err))
    return
  end
  local secure = request.url:find "^https:" and "TLS verified, " or ""
  local result = account:decode("time.get", reply, { time_ms = core.clock_ms() })
  if not result or result.outcome ~= "succeeded" then
    local code = result and result.code and ", code " .. text_of(result.code) or ""
    local but = advices[result and result.kind] and "refuses" or "not as the provider does"
    local detail = ("%s answers (%s%d ms), but %s: HTTP %d%s"):format(M.site(request.url), secure, took, but,
      reply.status, code)
    list.add("fail", name, detail, advices[result and result.kind] or "is this the provider's address?")
    return
  end
  list.add("ok", name, ("%s answers a signed call (%s%d ms)"):format(M.site(request.url), secure, took))
  check_clock(list, name, result, took, core.clock_ms())
end

local function open_address(list, opened, name, url, timeout_ms)
  local reply, err, took = send(opened, { method = "GET", url = url, headers = {}, repeat_safe = true }, timeout_ms)
  if not reply then
    list.add("fail", name, M.site(url) .. ": " .. (err.message or "cannot be reached"), advice_of(err))
    return
  end
  local secure = url:find "^https:" and "TLS verified, " or ""
  list.add("ok", name, ("%s answers (%s%d ms)"):format(M.site(url), secure, took))
end

--- Checks one account and adds what it finds to the list.
function M.account(list, opened, name, words, timeout_ms)
  if opened.accounts[name]:supports "time.get" then return ask_time(list, opened, name, timeout_ms) end
  local url = M.base_url(words)
  if url then return open_address(list, opened, name, url, timeout_ms) end
  list.add("warn", name, "there is no address to try", "make a call with `obol call`")
end

return M
