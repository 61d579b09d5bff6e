-- obol.provider.define: what it takes, what it refuses, and with which words.

local obol = require "obol"
local support = require "spec.provider.support"

local definition = support.definition

local function problems(change) return support.problems(obol, definition(change)) end

-- What is wrong with a member of the operation, its path written from there.
local function of_operation(change)
  local list = problems(function(_, operation) change(operation) end)
  for place, text in ipairs(list) do list[place] = text:gsub("^operations%.payment%.create%.", "") end
  return list
end

describe("a definition", function()
  it("is taken, and known by its name", function()
    assert.same({ name = "bolt" }, obol.provider.define(definition()))
    local names = table.concat(obol.providers(), " ")
    assert.truthy(names:find "^appwheel")
    assert.truthy(names:find("bolt", 1, true))
    local told = assert(obol.describe "bolt")
    assert.equal("Bolt Pay", told.title)
    assert.equal("payment.create", told.operations[1].name)
    local outcomes = obol.describe("bolt", "payment.create")[1].outcomes
    assert.same({ "0", "1001" }, { outcomes[1].is, outcomes[2].is })
  end)

  it("may be this short", function()
    assert(obol.provider.define {
      name = "acme2", title = "Acme Pay", base_url = "https://api.acme.example",
      config = { { "merchant", "text", required = true }, { "key", "secret", required = true } },
      operations = {
        ["payment.create"] = {
          "POST /v1/pay", effect = "money", found_by = "our_ref", repeat_safe = false,
          source = "Acme API 2.1, section 4",
          request = { { "order_id", "orderNo", "text", required = true, max = 32 },
            { "amount", "total", "money", as = "minor_number" } },
          reply = { { "provider_id", "data.id", "text" }, { "action.url", "data.payUrl", "url" } },
          outcomes = { at = "code", ["0"] = "accepted", ["1001"] = "rejected" },
        },
        ["payment.query"] = { "GET /v1/pay/{orderNo}", effect = "none", source = "Acme API 2.1, section 5",
          request = { { "order_id", "orderNo", "text", required = true } },
          outcomes = { at = "code", ["0"] = "succeeded" } },
      },
      sign = { header = "x-signature",
        input = function(request) return request.method .. "\n" .. request.path .. "\n" .. request.body end,
        make = function(input, account) return obol.crypto.hex(obol.crypto.hmac("sha256", account.key, input)) end },
    })
    local account = assert(obol.account { provider = "acme2", merchant = "m", key = obol.secret "k" })
    local result = assert(account:decode("payment.create",
      { status = 200, body = '{"code":"0","data":{"id":"p","payUrl":"https://acme.example/p"}}' }))
    assert.same({ "accepted", "requires_action", "redirect", "0" },
      { result.outcome, result.status, result.action.type, result.code })
  end)

  it("with a null of the library in place of a function is refused", function()
    for _, name in ipairs { "sign", "open" } do
      assert.same({ name .. ": expected text, a number, a boolean, a table or a function" },
        problems(function(d) d[name] = obol.null end))
    end
  end)

  it("gets what it leaves out", function()
    assert(obol.provider.define(definition()))
    local create = assert(obol.describe("bolt", "payment.create"))[1]
    assert.equal("payment.query", create.found_with)
    assert.equal("Bolt API 1", create.source)
    assert.equal("payment.create of Bolt Pay", create.doc)
    assert.equal("orderNo of Bolt Pay", create.request[1].doc)
    assert.equal("invalid", create.outcomes[2].kind)
    local query = assert(obol.describe("bolt", "payment.query"))[1]
    assert.equal("GET /pay/{order_id}", query.request_line)
    assert.equal("path", query.request[1].place)
    assert.equal("nothing", query.found_by)
    assert.is_true(query.repeat_safe)
    local config = {}
    for _, row in ipairs(obol.describe("bolt").config) do config[row.name] = row end
    assert.equal("https://api.bolt.example/v1", config.base_url.preset)
    assert.equal("2h", config.expire_after.preset)
  end)

  it("is swapped whole by another, while open accounts keep theirs", function()
    assert(obol.provider.define(definition()))
    local before = assert(obol.account { provider = "bolt", merchant = "m" })
    assert(obol.provider.define(definition(function(d, operation)
      d.title, operation[1], operation.request[1][2] = "Bolt 2", "POST /v2/pay", "order"
    end)))
    collectgarbage()
    collectgarbage()
    local after = assert(obol.account { provider = "bolt", merchant = "m" })
    local params = { order_id = "A", amount = "1.00", currency = "USD" }
    assert.equal("https://api.bolt.example/v1/pay", assert(before:encode("payment.create", params)).url)
    assert.equal('{"orderNo":"A","total":100,"currency":"USD"}', assert(before:encode("payment.create", params)).body)
    assert.equal("https://api.bolt.example/v1/v2/pay", assert(after:encode("payment.create", params)).url)
    assert.equal("Bolt 2", obol.describe("bolt").title)
  end)

  it("that is refused leaves the one before in place", function()
    assert(obol.provider.define(definition()))
    assert.is_nil((obol.provider.define(definition(function(d) d.title = nil end))))
    assert.equal("Bolt Pay", obol.describe("bolt").title)
  end)

  it("tells all that is wrong at once, with kind and places", function()
    local list, err = problems(function(d, operation)
      d.title, d.name = nil, "Bolt"
      operation.request[2] = { "amount", "total", "monny" }
      operation.effect = "mony"
    end)
    assert.equal("invalid", err.kind)
    assert.is_nil(err.outcome)
    assert.same({ "name: expected a path in snake_case, such as customer.id", "title: expected a value" },
      { list[1]:gsub("expected .*", "expected a path in snake_case, such as customer.id"), list[2] })
    assert.equal('operations.payment.create.effect: expected "money", "offer" or "none"', list[3])
    assert.truthy(list[4]:find '^operations%.payment%.create%.request%[2%]%.type: expected "text", "integer", "money"')
    assert.equal(4, #list)
  end)

  it("may not take a name of the library's own", function()
    local list, err = problems(function(d) d.name = "appwheel" end)
    assert.same({ "name: expected a name that no provider of the library has" }, list)
    assert.equal("conflict", err.kind)
  end)

  it("has to be a table", function()
    for _, value in ipairs { 1, "x", true } do
      local ok, message = pcall(obol.provider.define, value)
      assert.is_false(ok)
      assert.truthy(message:find("expected a table, got " .. type(value), 1, true))
    end
    assert.is_false(pcall(obol.provider.define))
  end)

  it("gives the place of what is no value, and of tables in a circle", function()
    assert.same({ "config[1].doc: expected text, a number, a boolean, a table or a function" },
      problems(function(d) d.config[1].doc = obol.secret "x" end))
    assert.same({ "operations.payment.create.?: expected names and whole numbers as keys" },
      problems(function(_, operation) operation[1.5] = "x" end))
    local list = problems(function(d) d.config[1].oneof = d end)
    assert.truthy(list[1]:find "expected tables nested less deep$")
  end)
end)

describe("members of a provider that are wrong:", function()
  local function case(name, change, expected)
    it(name, function() assert.same({ expected }, problems(change)) end)
  end

  case("name", function(d) d.name = "a.b" end, "name: expected lower-case letters, digits and _, 32 at most")
  case("title", function(d) d.title = 5 end, "title: expected text of 1 to 1000 bytes")
  case("config", function(d) d.config = "x" end, "config: expected a list of at most 200 rows")
  case("a reserved word", function(d) d.config[3] = { "secrets", "text" } end,
    'config: expected another name than "secrets" for a row')
  for word, type in pairs { base_url = "url", expire_after = "duration", confirm = "boolean",
    ["acknowledge.status"] = "integer", where_it_is = "url" } do
    case("another type of the word " .. word, function(d)
      d.base_url_word, d.config[3] = word == "where_it_is" and word or nil, { word, "text" }
    end, ('config: expected type %s for the row "%s"'):format(type, word))
  end
  case("base_url", function(d) d.base_url = "ftp" end, "config: base_url: expected a sample that passes its own check")
  case("operations", function(d) d.operations = {} end, "operations: expected a table of operations by name")
  case("an unknown word", function(d) d.currancies = { "USD" } end,
    'currancies: expected a known word, did you mean "currencies"?')
  case("a far word", function(d) d.zzzzzzzzzz = 1 end, "zzzzzzzzzz: expected a known word")
  case("methods", function(d) d.methods = "card" end, "methods: expected a list of texts")
  case("a method", function(d) d.methods = { "card", 7 } end, "methods[2]: expected text of 1 to 1000 bytes")
  case("currencies", function(d) d.currencies = { "USD", "usd" } end,
    "currencies[2]: expected an ISO 4217 code in upper case")
  case("places", function(d) d.places = { ISK = 9 } end, "places.ISK: expected 0 to 4")
  case("the currency of places", function(d) d.places = { XXY = 2 } end,
    "places.XXY: expected an ISO 4217 code in upper case")
  case("content_type", function(d) d.content_type = "a\nb" end,
    "content_type: expected text that can stand in a header")
  case("zone_minutes", function(d) d.zone_minutes = 5000 end, "zone_minutes: expected -840 to 840")
  case("timeout_ms", function(d) d.timeout_ms = 0 end, "timeout_ms: expected 1 to 600000")
  case("query_schedule_s", function(d) d.query_schedule_s = { 1, "x" } end,
    "query_schedule_s[2]: expected 1 to 2592000")
  case("base_url_word", function(d) d.base_url_word = "api_base" end,
    "base_url_word: expected a row of the configuration")
  case("session_words", function(d) d.session_words = { "login" } end,
    "session_words[1]: expected a row of the configuration")
  case("code_at", function(d)
    d.code_at = nil
    d.operations = { ["time.get"] = { "GET /t", effect = "none", outcomes = { { at = "http_status", is = 200,
      outcome = "succeeded" } } } }
  end, "code_at: expected where a reply has the provider's code")
  case("acknowledgements", function(d) d.acknowledgements = { accepted = { status = 200 }, later = { status = 99 },
    refused = { status = 400 } } end, "acknowledgements.later.status: expected 200 to 599")
  case("sign", function(d) d.sign = 5 end, "sign: expected a function, or a table with header, input and make")
  case("sign.make", function(d) d.sign = { header = "x-s", input = print } end, "sign.make: expected a value")
  case("sign.input", function(d) d.sign = { header = "x-s", input = "x", make = print } end,
    "sign.input: expected a function")
  case("sign.header", function(d) d.sign = { header = "X-S", input = print, make = print } end,
    "sign.header: expected a header's name in lower case")
  case("open", function(d) d.open = "x" end, "open: expected a function")
  case("notifications without open", function(d)
    d.notifications = { { type = "payment", id_of = { "id" }, fields = {} } }
  end, "open: expected a function that proves a notification")
  case("a notification", function(d)
    d.open = print
    d.notifications = { { type = "payment", id_of = { "id" }, fields = {}, confirm = "maybe" } }
  end, 'notifications[1].confirm: expected "never", "unless_off" or "always"')
  case("a notification's mark", function(d)
    d.open = print
    d.notifications = { { type = "payment", id_of = { "id" }, fields = {}, is = "x" } }
  end, "notifications[1].at: expected a path in the notification")
end)

describe("members of an operation that are wrong:", function()
  local function case(name, change, expected)
    it(name, function() assert.same({ expected }, of_operation(change)) end)
  end

  case("its request line", function(o) o[1] = "PATCH /pay" end,
    'request_line: expected a method and a path, such as "POST /v1/pay/{order_id}"')
  case("an open brace", function(o) o[1] = "POST /pay/{order_id" end,
    'request_line: expected a method and a path, such as "POST /v1/pay/{order_id}"')
  case("a query in it", function(o) o[1] = "POST /pay?a=1" end,
    'request_line: expected a method and a path, such as "POST /v1/pay/{order_id}"')
  case("a name in it without a row", function(o) o[1] = "POST /pay/{id}" end,
    "request_line: expected a row for each name in it")
  case("both with and without a name", function(o) o.request_line = "POST /pay" end,
    "request_line: expected one value, not one with and one without a name")
  case("one too many without a name", function(o) o[2] = "x" end,
    "operations.payment.create[2]: expected 1 values without a name at most")
  case("no effect", function(o) o.effect = nil end, "effect: expected a value")
  case("found_by", function(o) o.found_by = nil end, "found_by: expected our_ref, provider_id, customer or nothing")
  case("found_with", function(o) o.found_with = "payment.find" end,
    "operations.payment.create: expected found_with: an operation that asks by what found_by says")
  case("two rows of one name", function(o) o.request[4] = { "order_id", "again", "text" } end,
    "operations.payment.create: order_id: expected a name of its own")
  case("two rows of one place", function(o) o.request[4] = { "reason", "orderNo", "text" } end,
    "operations.payment.create: order_id: expected a wire path of its own")
  for _, row in ipairs { { "reason", "why", "integer", min = 5 }, { "reason", "why", "url", min = 5, max = 99 },
    { "reason", "why", "secret", min = 3 }, { "reason", "why", "money", as = "minor_text", min = 5, max = 9 } } do
    case("a minimum that no " .. row[3] .. " is held to", function(o) o.request[4] = row end,
      "operations.payment.create: reason: expected a maximum beside the minimum, and neither where the type has none")
  end
  case("repeat_safe", function(o) o.repeat_safe = "yes" end, "repeat_safe: expected true or false")
  case("no repeat_safe", function(o) o.repeat_safe = nil end, "repeat_safe: expected true or false")
  case("when", function(o) o.variant = "x" end, "when: expected the word that chooses the variant")
  case("variant", function(o) o.when = "method" end, "variant: expected what the word has to be")
  case("when of no word", function(o) o.when, o.variant = "account.mode", "x" end,
    "when: expected a row of the configuration")
  case("no outcomes", function(o) o.outcomes = nil end, "outcomes: expected what the replies mean")
  case("an outcome", function(o) o.outcomes["7"] = "maybe" end, 'outcomes.7: expected "not_sent", "rejected", '
    .. '"declined", "accepted", "succeeded", "unknown" or "abandoned"')
  case("an outcome's kind", function(o) o.outcomes["7"] = { "succeeded", kind = "declined" } end,
    "outcomes.7.kind: expected no kind of error for a success")
  case("an outcome's status", function(o) o.outcomes["7"] = { "declined", status = "gone" } end,
    "outcomes.7.status: expected a payment's status, such as expired")
  case("a row of outcomes", function(o) o.outcomes = { { at = "http_status", is = "!", outcome = "unknown" } } end,
    "outcomes[1].is: expected an HTTP status such as 200, 5xx or !200")
  case("a second condition", function(o) o.outcomes = { { is = 1, and_is = 2, outcome = "unknown" } } end,
    "outcomes[1].and_at: expected a path in the reply, or http_status")
  case("pick_from", function(o) o.pick_from = "items" end, "pick_from: expected pick_by and item_outcomes with it")
  case("request", function(o) o.request = { a = 1 } end, "request: expected a list of at most 200 rows")

  it("an operation that is nearly a known one", function()
    assert.same({ 'operations.payment.creat: expected a known word, did you mean "payment.create"?' },
      problems(function(d) d.operations["payment.creat"] = d.operations["payment.query"] end))
    assert.same({ "operations.pay: expected a name such as payment.create" },
      problems(function(d) d.operations.pay = d.operations["payment.query"] end))
    assert.same({}, problems(function(d) d.operations["loan.offer"] = d.operations["payment.query"] end))
  end)
end)
