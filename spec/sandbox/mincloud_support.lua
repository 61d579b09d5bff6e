-- A caller of the MinCloud simulator for the specs: headers and paths as the sheet says.

local cjson = require "cjson"
local sandbox = require "obol.sandbox"

local M = {}

M.T0 = 1700000000000
M.ORDER = "/hserve/v2.2/idp/pay/order/"
M.OLD_ORDER = "/hserve/v2.0/idp/pay/order/"
M.JOB = "/hserve/v1/cloud-function/job/"

--- A sandbox at a fixed time, and a caller of it. `options` are the simulator's.
function M.open(options)
  local box = sandbox.new{ clock_ms = M.T0, seed = "spec", mincloud = options }
  local accounts = box:accounts()
  local app = { box = box, transport = box:transport(), account = accounts.mincloud,
    payer = accounts.mincloud_payer.token, provider = box.providers.mincloud }

  --- Sends; gives the reply and its decoded body. `how`: `token` (false for none), `headers`, `timeout_ms`.
  function app.raw(method, path, body, how)
    how = how or {}
    local token = how.token == nil and app.account.token or how.token
    local headers = { ["X-Hydrogen-Client-ID"] = app.account.client_id,
      ["X-Hydrogen-Client-Platform"] = "WEB", ["Content-Type"] = body and "application/json" or nil,
      Authorization = token and "Hydrogen-r1 " .. token or nil }
    for name, value in pairs(how.headers or {}) do headers[name] = value or nil end
    local reply, err = app.transport.send({ method = method, url = app.account.base_url .. path, headers = headers,
      body = type(body) == "table" and cjson.encode(body) or body }, how)
    if not reply then return nil, err end
    local ok, decoded = pcall(cjson.decode, reply.body)
    return reply, ok and decoded or nil
  end

  --- The body of an order for a shop's trousers.
  function app.body(more)
    local body = { gateway_type = "weixin_tenpay_native", total_cost = 0.1, merchandise_description = "深蓝色秋裤" }
    for name, value in pairs(more or {}) do body[name] = value end
    return body
  end
  --- Makes an order; gives what the answer holds.
  function app.order(more, how)
    local reply, decoded = app.raw("POST", M.ORDER, app.body(more), how)
    assert(reply.status == 201, reply.body)
    return decoded
  end
  --- An order of the library, by the merchant's order.
  function app.named(order_id, more, how)
    local body = more or {}
    body.merchandise_snapshot = { obol = { order_id = order_id, key = "k-" .. order_id } }
    return app.order(body, how)
  end
  --- Makes an order and pays it.
  function app.paid(more)
    local order = app.order(more)
    assert(box:pay(order.trade_no))
    return order
  end
  function app.list(query, how)
    local reply, decoded = app.raw("GET", M.ORDER .. "?" .. query, nil, how)
    assert(reply.status == 200, reply.body)
    return decoded, reply
  end
  function app.detail(number, how) return app.raw("GET", M.OLD_ORDER .. number .. "/", nil, how) end
  function app.invoke(name, data, more)
    local body = { function_name = name, data = data }
    for key, value in pairs(more or {}) do body[key] = value end
    return app.raw("POST", M.JOB, body)
  end
  function app.books() return box:books().mincloud end
  return app
end

return M
