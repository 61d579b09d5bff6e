--- pay:call: one operation of one account, beneath everything.

local checked = require "obol.client.options"
local exchange = require "obol.client.exchange"
local fault = require "obol.client.fault"
local handed = require "obol.client.handed"
local health = require "obol.client.health"
local nearest = require "obol.nearest"
local wait = require "obol.wait"

local M = {}

-- The key of a call that makes something: the caller's, or one that no other call has.
local function key_of(client, account, operation, params, given)
  if given then return given end
  local effect = account:effect(operation, params)
  return effect and effect ~= "none" and client.unique() or nil
end

local limits_here = {} -- of a call by `hand`, which reads them before anything else may run

local function call(client, hand, name, operation, params, options)
  if type(name) ~= "string" then error("expected an account's name as a string", 2) end
  if type(operation) ~= "string" then error("expected an operation as a string", 2) end
  if params ~= nil and type(params) ~= "table" then error("expected parameters as a table", 2) end
  local limits, err = checked.check(client, options, hand and limits_here)
  if not limits then return nil, err end
  local account = client.accounts[name]
  if not account then
    return nil, fault.invalid("account", "expected a configured account" .. nearest.hint(name, client.accounts))
  end
  if not account:supports(operation) then
    return nil, fault.unsupported("the provider has no such operation" .. nearest.hint(operation, health.known), name)
  end
  params = params or {}
  checked.suit(client, limits, name)
  local key = key_of(client, account, operation, params, limits.key)
  local result, reply
  if hand then
    result, reply = handed.run(hand, client, name, operation, params, key, limits)
  else
    result, reply = exchange.run(client, { account = name, operation = operation, params = params, key = key,
      token = limits.token, deadline = limits.deadline })
  end
  if not result then return nil, reply end
  result.key = result.key or key
  return result, fault.of_result(result, name, reply)
end

--- Makes it, without a light thread of its own where nginx and the client let it be done: the result and the error of
-- one that is no success, or nil and an error.
function M.make(client, name, operation, params, options)
  local hand = handed.way(client)
  if not hand then return wait.detached(call, client, nil, name, operation, params, options) end
  local refusal = wait.refusal()
  if refusal then return nil, refusal end
  return call(client, hand, name, operation, params, options)
end

return M
