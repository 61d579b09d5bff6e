-- A caller of the 4metas simulator for the specs: sends through a transport, and reads callbacks with the
-- ready account's key.

local crypto = require "obol.crypto"
local json = require "obol.json"
local sandbox = require "obol.sandbox"

local M = {}

M.T0 = 1700000000000
M.NOTIFY = "http://127.0.0.1:9/notify"
M.JSON = "application/json; charset=utf-8"

--- A sandbox at a fixed time, and a caller of it. `options` are the simulator's.
function M.open(options)
  local box = sandbox.new{ clock_ms = M.T0, seed = "spec", fourmetas = options }
  local transport = box:transport()
  local app = { box = box, transport = transport, account = box:accounts().fourmetas }

  --- Sends a body as it is; gives the reply, or nil and the error.
  function app.raw(path, body, headers, how)
    return transport.send({ method = "POST", url = app.account.api_base .. "/formetas/thirdRecharge/" .. path,
      headers = headers or { ["Content-Type"] = M.JSON }, body = body }, how)
  end
  --- The body of the answer.
  function app.post(path, body, headers) return assert(app.raw(path, body, headers)).body end
  --- Creates an order with these members of its JSON; gives its id.
  function app.create(members)
    local body = { thirdId = "167123123123", goodId = "1", gameId = "22", rechargeAmount = "3.44",
      notify_url = '"' .. M.NOTIFY .. '"', extra = '"k1|A-1|"' }
    for name, value in pairs(members or {}) do body[name] = value or nil end
    local parts = {}
    for name, value in pairs(body) do parts[#parts + 1] = '"' .. name .. '":' .. value end
    local answer = app.post("createThirdOrder", "{" .. table.concat(parts, ",") .. "}")
    return answer:match('^{"status":1,"msg":"success","data":(%d+)}$'), answer
  end
  function app.query(id) return app.post("queryMyOrder", '{"id":' .. id .. "}") end
  function app.get(url) return assert(transport.send{ method = "GET", url = url, headers = {} }) end
  function app.form(url, body)
    return assert(transport.send{ method = "POST", url = url, body = body,
      headers = { ["content-type"] = "application/x-www-form-urlencoded" } })
  end
  --- The clear text of a parameter, or nil where the account's key does not open it.
  function app.open(param)
    local rsa = app.account.rsa
    local key = assert(crypto.key(rsa.key))
    local sealed = assert(rsa.encoding == "hex" and crypto.unhex(param) or crypto.unbase64(param))
    if rsa.mode == "private_encrypt" then return (key:public_recover(sealed)) end
    return (key:decrypt(sealed, (rsa.padding:gsub("_", "-"))))
  end
  --- The clear texts of the callbacks that are due; false for one that does not open.
  function app.received()
    local out = {}
    for i, request in ipairs(box:deliver()) do
      out[i] = app.open(assert(json.decode(request.body))[app.account.rsa.param_name]) or false
    end
    return out
  end
  return app
end

--- The clear text of a callback about an order of `app.create`.
function M.clear(id, changes)
  changes = changes or {}
  return '{"gameId":22,"rechargeAmount":' .. (changes.amount or "3.44") .. ',"orderId":' .. id .. ',"extra":'
    .. (changes.extra or '"k1|A-1|"') .. ',"goodId":1,"userId":167123123123,"status":' .. (changes.status or "1") .. "}"
end

return M
