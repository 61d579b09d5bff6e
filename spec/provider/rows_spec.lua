-- Rows of a definition that are wrong, and with which words they are refused.

local obol = require "obol"
local support = require "spec.provider.support"

-- What is wrong with the payment's second row, its path written from there.
local function of_row(row)
  local list = support.problems(obol, support.definition(function(_, operation) operation.request[2] = row end))
  for place, text in ipairs(list) do list[place] = text:gsub("^operations%.payment%.create%.", "") end
  return list
end

describe("members of a row that are wrong:", function()
  local function case(name, row, expected)
    it(name, function() assert.same({ "request[2]." .. expected }, of_row(row)) end)
  end

  case("its name", { "Order-Id", "x", "text" }, "name: expected a path in snake_case, such as customer.id")
  case("an index in it", { "items[0].name", "x", "text" }, "name: expected a path in snake_case, such as customer.id")
  case("no type", { "reason", "x" }, "type: expected a value")
  case("an unknown word", { "reason", "x", "text", requird = true },
    'requird: expected a known word, did you mean "required"?')
  case("required", { "reason", "x", "text", required = 1 }, "required: expected true or false")
  case("as", { "reason", "x", "text", as = "minor_number" }, "as: expected a form that text can have")
  case("money without as", { "refunded", "x", "money" }, "as: expected how the provider counts an amount")
  case("place", { "reason", "x", "text", place = "cookie" },
    'place: expected "body", "path", "query", "header" or "nowhere"')
  case("min", { "trial_days", "x", "integer", min = 5, max = 2 }, "min: expected at most the maximum")
  case("max", { "reason", "x", "text", max = 1.5 }, "max: expected an integer")
  case("a negative length", { "reason", "x", "text", max = -1, min = -2 }, "max: expected a length")
  case("oneof", { "reason", "x", "text", oneof = "a" },
    "oneof: expected a list of words, or a map of words to the provider's")
  case("sub", { "items", "x", "list" }, "sub: expected the rows of a list, and of nothing else")
  case("a row of sub", { "items", "x", "list", sub = { { "name", "n", "text", max = "x" } } },
    "sub[1].max: expected an integer")
  case("key", { "items", "x", "list", as = "keyed", sub = { { "name", "n", "text" } } },
    "key: expected the member for a keyed list's keys")
  case("a time's name", { "start", "x", "time" }, "name: expected a time's name to end with _ms or _s")
  case("a duration", { "start", "x", "duration" }, "type: expected no duration outside of the configuration")
  case("a card's number as text", { "card.number", "x", "text" }, "type: expected secret")
  case("a word that the configuration lacks", { "account.shop", "x", "text" },
    "name: expected a row of the configuration")
  case("another type than there", { "account.live", "x", "text" }, "type: expected boolean, as in the configuration")
  case("the call's key", { "call.key", "x", "integer" }, "type: expected text")
  case("same_as", { "reason", "x", "text", same_as = "shop" }, "same_as: expected a row of the configuration")
  case("needed_by", { "reason", "x", "text", needed_by = "order_id" },
    "needed_by: expected a boolean row, one with needed_is, or the name that others stand in")
  case("a header's name", { "reason", "X-Reason", "text", place = "header" },
    "wire: expected a header's name in lower case")
  case("a header's type", { "items", "x-items", "any", place = "header" },
    "type: expected a value that a header can hold")
  case("a sample", { "reason", "x", "text", max = 3, sample = "four" },
    "sample: expected a value that passes the row's own check")
  case("a preset", { "reason", "x", "text", oneof = { "a", "b" }, preset = "c" },
    "preset: expected a value that passes the row's own check")
end)
