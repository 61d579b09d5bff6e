-- obol doctor on the ledger, and on keys that are missing.

local cjson = require "cjson"
local places = require "spec.ledger.places"
local support = require "spec.cli.support"

describe("obol doctor", function()
  local folder
  before_each(function()
    folder = support.folder()
    support.write(folder .. "/key", ("k"):rep(32))
  end)
  after_each(function()
    os.execute("chmod -R u+rwx " .. support.quote(folder))
    support.remove(folder)
  end)

  local function configure(ledger, accounts)
    support.write(folder .. "/obol.lua", ([[return { mode = "test", ledger = %q, accounts = { %s } }]]):format(ledger,
      accounts or [[subs = { provider = "appwheel", app_id = 1, secret = secret.file "key",
        webhook_secret = secret.file "key" } ]]))
  end

  -- The checks of a name, as lines of status and detail; and the whole answer.
  local function doctor(name, before)
    local words = ("%s doctor --offline --json"):format(support.quote(support.root .. "/scripts/obol"))
    local ran = support.shell(folder, (before or "") .. words)
    local found, lines = cjson.decode(ran.out), {}
    for _, check in ipairs(found.checks) do
      if check.name == name then lines[#lines + 1] = check.status .. " " .. check.detail end
    end
    return table.concat(lines, "\n"), ran, found
  end

  local function make_ledger()
    local store = require("obol.ledger").open("sqlite:" .. folder .. "/ledger.db").store
    assert(store:id())
    return store
  end

  it("says where the ledger is, and of which version", function()
    configure "sqlite:ledger.db"
    local text, ran = doctor "ledger"
    assert.equal(0, ran.status)
    assert.equal("ok SQLite: its file is not there yet and can be made", text)
    make_ledger():close()
    text, ran = doctor "ledger"
    assert.equal(0, ran.status)
    assert.matches("^ok SQLite [%d.]+: tables of version %d+$", text)
    configure "memory"
    assert.matches("^warn in memory", (doctor "ledger"))
  end)

  it("tells a ledger of a newer library, a broken file and a folder in its place", function()
    configure "sqlite:ledger.db"
    local store = make_ledger()
    assert(store.database:run { { "update obol_ledger set version = 99" } })
    store:close()
    local text, ran = doctor "ledger"
    assert.equal(1, ran.status)
    assert.matches("^fail SQLite [%d.]+: its tables are of version 99, this library knows %d+$", text)
    support.write(folder .. "/broken.db", ("no database "):rep(500))
    configure "sqlite:broken.db"
    text, ran = doctor "ledger"
    assert.equal(1, ran.status)
    assert.matches("^fail ", text)
    os.execute("mkdir " .. support.quote(folder .. "/taken.db"))
    configure "sqlite:taken.db"
    assert.matches("^fail a folder is where its file has to be", (doctor "ledger"))
  end)

  -- Root may do anything, so that another user has to ask.
  local is_root = support.output "id -u":match "%d+" == "0"
  local has_setpriv = support.output "command -v setpriv" ~= ""
  local other = is_root and "setpriv --reuid=65534 --regid=65534 --clear-groups " or ""

  local function as_other(what, prepare, wanted)
    it("tells that the user who runs it " .. what, function()
      if is_root and not has_setpriv then pending "setpriv is not on this machine" end
      configure "sqlite:ledger.db"
      make_ledger():close()
      os.execute(("cd %s && chmod 755 . && chmod 644 * && %s"):format(support.quote(folder), prepare))
      local text, ran = doctor("ledger", other)
      assert.equal(1, ran.status)
      assert.equal(wanted, text)
    end)
  end

  as_other("may not write beside the file", "chmod 666 ledger.db && chmod 555 .",
    "fail its folder cannot be written by the user that runs this")
  as_other("may not write the file", "chmod 444 ledger.db && chmod 777 .",
    "fail its file cannot be read and written by the user that runs this")

  it("asks PostgreSQL for its version, and tells where it cannot be reached", function()
    local postgres = places[3]
    if postgres.missing then pending(postgres.missing) end
    postgres.start()
    local place = postgres.place()
    configure(place)
    local text, ran = doctor "ledger"
    assert.equal(0, ran.status)
    assert.matches("^warn PostgreSQL [%d.]+.*: its tables are of version 0, and will be brought to %d+$", text)
    local store = require("obol.ledger").open(place).store
    assert(store:id())
    store:close()
    assert.matches("^ok PostgreSQL [%d.]+.*: tables of version %d+$", (doctor "ledger"))
    postgres.stop()
    local all
    text, ran, all = doctor "ledger"
    assert.equal(1, ran.status)
    assert.matches("^fail ", text)
    assert.is_false(all.ok)
  end)

  it("warns of secrets that everybody can read", function()
    configure "sqlite:ledger.db"
    os.execute("chmod 600 " .. support.quote(folder .. "/key"))
    assert.equal("", (doctor "secrets"))
    os.execute("chmod 644 " .. support.quote(folder .. "/key"))
    local text, ran = doctor "secrets"
    assert.equal(0, ran.status)
    -- said once, though two keys are taken from it
    assert.equal("warn key can be read by every user of this machine", text)
    os.execute(("mv %s/key %s/\"it's; a key\" && ln -s \"it's; a key\" %s/key"):format(folder, folder, folder))
    assert.equal(text, (doctor "secrets"))
    os.execute(("chmod 640 %s/\"it's; a key\""):format(folder))
    assert.equal("", (doctor "secrets"))
  end)

  it("tells which keys of notifications are missing", function()
    configure("sqlite:ledger.db", [[
      subs = { provider = "appwheel", app_id = 1, secret = secret.file "key" },
      web = { provider = "mincloud", client_id = "c", token = secret.file "key" },
      games = { provider = "fourmetas", api_base = "https://a.example", pay_base = "https://p.example",
        game_id = 22 }]])
    for name, key in pairs { subs = "webhook_secret", web = "webhook_key", games = "rsa.key" } do
      local text = doctor(name)
      assert.truthy(text:find(("warn without `%s` none of its notifications is accepted"):format(key), 1, true), text)
    end
    configure "sqlite:ledger.db"
    assert.is_nil((doctor "subs"):find("without", 1, true))
  end)
end)
