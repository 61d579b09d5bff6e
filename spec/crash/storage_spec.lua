local errors = require "obol.error"
local places = require "spec.crash.places"
local postgres_server = require "spec.store.postgres_server"
local shops = require "spec.crash.shop_in_process"
local support = require "spec.store.support"

-- What may happen to the ledger's database, as a merchant's program meets it: nothing is sent that is not
-- recorded, nothing is acknowledged that is not durable, and it goes on when the fault is over.

-- An error of the ledger, which says where and shows nothing of its place.
local function is_clear(err, ...)
  assert.is_true(errors.is(err))
  assert.equal("storage", err.kind)
  assert.equal("ledger", err.field)
  for _, secret in ipairs { "/tmp", "obol-spec", "nobody", "hunter", ... } do
    assert.is_nil(tostring(err):find(secret, 1, true), tostring(err))
  end
end

-- No call gets through, none raises, and nothing is sent.
local function refuses_all(shop)
  local before = shop:sold()
  local calls = {
    function() return shop:create "Z-1" end,
    function() return shop.pay.payments:get "A-1" end,
    function() return shop.pay.payments:refresh "A-1" end,
    function() return shop.pay.payments:list() end,
    function() return shop.pay.refunds:create("A-1", { refund_id = "Z-1", amount = "1.00" }) end,
    function() return shop.pay.events:consume("shop", function() end) end,
    function() return shop.pay:reconcile() end,
  }
  for place, call in ipairs(calls) do
    local answer, err = call()
    assert.is_nil(answer, place)
    is_clear(err)
  end
  assert.equal(before, (shop:sold()))
end

-- A payment before the fault, one whose ledger fails after it was sent, one more that is refused and a
-- notification; then all is well again. `fail` and `mend` begin and end the fault.
local function goes_through(shop, fail, mend)
  assert.equal("succeeded", assert(shop:create "A-1").status)
  assert.equal("processing", assert(shop:create("A-2", "650")).status)
  local asked
  shop.after_send = function()
    if not asked then fail() end
    asked = true
  end
  local payment, err = shop:create "A-3"
  shop.after_send = nil
  assert.is_nil(err)
  assert.equal("unknown", payment.status)
  is_clear(payment.error)
  assert.same({ "ledger_failed" }, shop.alarms)
  assert.is_nil((shop:create "A-4"))
  assert.equal(3, (shop:sold()))
  assert(shop.box:pay "A-2")
  for _, status in ipairs(shop:deliver()) do assert.is_true(status >= 400) end
  mend()
  assert.equal("processing", assert(shop.pay.payments:get "A-2").status)
  shop:recover()
  for place = 1, 3 do assert.equal("succeeded", assert(shop.pay.payments:get("A-" .. place)).status) end
  assert.equal("not_found", select(2, shop.pay.payments:get "A-4").kind)
  assert.equal("succeeded", assert(shop:create "A-4").status)
  assert.same({ 4, 4 }, { shop:sold() })
  local seen = {}
  assert(shop.pay.events:consume("shop", function(event)
    if event.type == "payment.succeeded" then seen[#seen + 1] = event.order_id end
  end))
  table.sort(seen)
  assert.same({ "A-1", "A-2", "A-3", "A-4" }, seen)
end

describe("a ledger on SQLite", function()
  local folder, path, ends

  before_each(function()
    folder, ends = support.folder(), {}
    path = folder .. "/ledger.db"
  end)
  after_each(function()
    for place = #ends, 1, -1 do ends[place]() end
    support.remove(folder)
  end)

  local function open(...)
    local shop = shops.open(...)
    ends[#ends + 1] = function() shop:close() end
    return shop
  end

  it("that another process holds refuses, and goes on when that lets go", function()
    local shop, holder = open("sqlite:" .. path, { busy_ms = 20 }), nil
    goes_through(shop, function()
      holder = support.start(folder, ([[
        local store = require "obol.store"
        local database = assert(store.open %q)
        io.stdout:setvbuf "no"
        assert(database:submit { { "create table held (id integer)" },
          { "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) select count(*) from n",
            2000000000 } })
        -- others are refused as soon as it is under way
        local other, err = assert(store.open(%q, { busy_ms = 1 })), nil
        repeat err = select(2, other:run { { "create table probe (id integer)" }, { "drop table probe" } }) until err
        print "held"
        require("obol.wait").sleep(60000)
      ]]):format("sqlite:" .. path, "sqlite:" .. path))
      ends[#ends + 1] = holder.kill
      assert.equal("held", holder.line())
    end, function()
      holder.kill()
      holder.finish()
    end)
  end)

  it("on a full disk refuses, and goes on when there is room", function()
    if not support.is_root() then return pending "not root" end
    local mount = folder .. "/small"
    os.execute("mkdir " .. mount)
    local _, code = support.output("mount -t tmpfs -o size=2m none " .. mount .. " 2>&1")
    if code ~= 0 then return pending "nothing can be mounted here" end
    ends[#ends + 1] = function() os.execute("umount " .. mount) end
    local shop = open("sqlite:" .. mount .. "/ledger.db")
    goes_through(shop, function()
      os.execute("cat /dev/zero >" .. mount .. "/filler 2>/dev/null")
    end, function()
      os.remove(mount .. "/filler")
    end)
    -- to the brim: whatever was answered is there
    local answered, first = 0, nil
    for place = 10, 2000 do
      local payment, err = shop:create("A-" .. place)
      first = first or err
      if payment and payment.status == "succeeded" then answered = answered + 1 end
      if err then break end
    end
    is_clear(first)
    assert.is_true(answered > 10)
    os.execute("mount -o remount,size=16m " .. mount)
    shop:recover()
    local sold, paid = shop:sold()
    assert.equal(sold, paid)
    local count, cursor = 0, nil
    repeat
      local list
      list, cursor = shop.pay.payments:list { status = "succeeded", limit = 1000, cursor = cursor }
      count = count + #list
    until not cursor
    assert.equal(paid, count)
    assert.is_true(count >= answered + 4)
  end)

  it("that may only be read refuses everything, and sends nothing", function()
    if not support.is_root() then return pending "not root" end
    local shop = shops.open("sqlite:" .. path)
    assert.equal("succeeded", assert(shop:create "A-1").status)
    shop:close()
    os.execute(("chmod 755 %s; chmod 444 %s"):format(folder, path))
    local said = support.output("setpriv --reuid=65534 --regid=65534 --clear-groups " .. support.command(folder, ([[
      local shop = require("spec.crash.shop_in_process").open %q
      print(shop.pay.payments:get("A-1"))
      local payment, err = shop:create "A-2"
      print(payment, err.kind, tostring(err), (shop:sold()))
      print(shop.pay.refunds:create("A-1", { refund_id = "R-1" }))
    ]]):format("sqlite:" .. path)) .. " 2>&1")
    local refused = "ledger: the database may not be written by the user of this process"
    assert.equal(("nil\t%s\nnil\tstorage\t%s\t0\nnil\t%s\n"):format(refused, refused, refused), said)
  end)

  it("that is damaged, or no database, refuses everything", function()
    local shop = open("sqlite:" .. path)
    for place = 1, 20 do assert.equal("succeeded", assert(shop:create("A-" .. place)).status) end
    shop:close()
    local bytes = support.read(path)
    support.write(path, bytes:sub(1, 8192) .. ("\1\2\3"):rep(10000) .. bytes:sub(38193))
    local broken = open("sqlite:" .. path, nil, shop.box)
    refuses_all(broken)
    assert.matches("damaged", tostring(select(2, broken:create "B-1")), 1, true)
    assert.is_true(#broken:deliver() > 0)
    for _, delivery in ipairs(shop.box:deliveries()) do assert.not_equal("delivered", delivery.status) end
    broken:close()
    support.write(path, ("this is not a database "):rep(1000))
    broken = open("sqlite:" .. path, nil, shop.box)
    refuses_all(broken)
    broken:close()
    support.write(path, bytes) -- put back from a backup
    shop = open("sqlite:" .. path, nil, shop.box)
    assert.equal("succeeded", assert(shop.pay.payments:get "A-7").status)
    assert.equal("succeeded", assert(shop:create "B-1").status)
    shop:close()
  end)
end)

describe("a ledger on PostgreSQL", function()
  if places.missing.postgres then return it("is kept", function() pending(places.missing.postgres) end) end
  local server, shop

  before_each(function() server = postgres_server.new() end)
  after_each(function()
    if shop then shop:close() end
    server.close()
  end)

  it("whose server is killed refuses, and goes on when it is back", function()
    shop = shops.open(server.url, { connect_ms = 300 })
    goes_through(shop, function()
      server.stop "immediate"
      -- the loss is seen once, then nothing is open
      assert.is_nil((shop.pay.payments:get "A-1"))
      refuses_all(shop)
    end, server.start)
  end)

  it("that is not there, or refuses, is told so without its password", function()
    for _, url in ipairs { "postgres://u:hunter2@127.0.0.1:1/x", "postgres://u:hunter2@/x?host=/nowhere",
      (server.url:gsub("/postgres", "/another")) } do
      local other = shops.open(url, { connect_ms = 300 })
      refuses_all(other)
      other:close()
    end
    shop = nil
  end)

  -- what one Lua shows of the server, the other need not
  local once = not rawget(_G, "jit") and not support.is_sanitized() and it or function() end
  once("has every payment that was answered, though its server is killed again and again", function()
    local many = 100
    local process = support.start(server.folder, ([[
      local many = %d
      local shop = require("spec.crash.shop_in_process").open(%q, { connect_ms = 30000 })
      io.stdout:setvbuf "no"
      for place = 1, many do
        local payment = shop:create("A-" .. place)
        if payment then io.write(payment.status, " A-", place, "\n") end
        if place %% 10 == 0 then shop:deliver() end
      end
      shop:recover()
      local open = 0
      for place = 1, many do
        if assert(shop:create("A-" .. place)).status ~= "succeeded" then open = open + 1 end
      end
      print(("end %%d open, %%d orders, %%d paid"):format(open, shop:sold()))
    ]]):format(many, server.url))
    for _ = 1, 20 do process.line() end
    for _ = 1, 3 do
      server.stop "immediate"
      server.start()
      process.line()
    end
    local said = process.finish()
    assert.matches(("end 0 open, %d orders, %d paid"):format(many, many), said, 1, true)
    local database = support.open(server.url)
    for _, rows in ipairs { "obol_payments where status = 'succeeded'",
      "obol_events where type = 'payment.succeeded'" } do
      assert.equal(many, support.value(database, "select count(*) as value from " .. rows))
    end
    database:close()
    shop = nil
  end)
end)
