local support = require "spec.client.support"

local folder

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function fields(err)
  local found = {}
  for _, problem in ipairs(err.fields) do found[problem.field] = problem.message end
  return found
end

describe("a configuration", function()
  local restore, open
  setup(function()
    restore = support.install()
    open = require("obol.config").open
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)
  teardown(function()
    restore()
    os.execute("rm -rf " .. folder)
  end)

  local function transport() return { send = function() end } end
  local function good(more)
    local config = { mode = "test", accounts = { a = { provider = "cards" } }, ledger = "memory",
      transport = transport() }
    for key, value in pairs(more or {}) do config[key] = value end
    return config
  end

  it("opens accounts, ledger and transport from a table", function()
    local config = good()
    local opened = assert(open(config))
    assert.equal("cards", opened.accounts.a.provider)
    assert.same({ "a" }, opened.names)
    assert.equal(config.transport, opened.transport)
    assert.equal("test", opened.mode)
    assert.is_string(opened.ledger:id())
  end)

  it("reports every mistake with its path and what was expected", function()
    local opened, err = open {
      mode = "prod", acounts = {}, log = "x", clock = 5, transport = { send = true },
      accounts = { ["1x"] = { provider = "cards" }, b = { provider = "cards", wrong = true }, c = "x",
        d = { provider = "nope" } },
    }
    assert.is_nil(opened)
    assert.equal("invalid", err.kind)
    local found = fields(err)
    assert.equal("expected `test` or `live`", found.mode)
    assert.equal("expected a known key, did you mean `accounts`?", found.acounts)
    assert.equal("expected a function or nothing", found.log)
    assert.equal("expected a function or nothing", found.clock)
    assert.equal("expected `sqlite:<path>`, `postgres://...` or `memory`; there is no default", found.ledger)
    assert.equal("expected an integer", found["accounts.b.app_id"])
    assert.equal("expected a secret", found["accounts.b.secret"])
    assert.equal("expected a table", found["accounts.c"])
    assert.equal("expected a provider", found["accounts.d.provider"])
    assert.matches("letters", found.accounts)
    assert.equal("expected a function", found["transport.send"])
    assert.equal(11, #err.fields)
    assert.matches("accounts%.b%.app_id: expected an integer; ", tostring(err))
  end)

  it("wants accounts", function()
    for _, accounts in ipairs { false, {}, 5 } do
      local _, err = open(good { accounts = accounts or nil })
      if accounts == false then _, err = open { mode = "test", ledger = "memory", transport = transport() } end
      assert.equal("expected one account at least", fields(err).accounts)
    end
  end)

  it("says what is wrong with a transport's options", function()
    local opened, err = open(good { transport = 5 })
    assert.is_nil(opened)
    assert.equal("expected a table", fields(err).transport)
    opened, err = open(good { mode = "x", transport = { timout_ms = 1 } })
    assert.is_nil(opened)
    assert.equal("expected a known option, did you mean `timeout_ms`?", fields(err)["transport.timout_ms"])
    assert.is_string(fields(err).mode)
    -- every call takes it for its own limit, which is 600000 at most
    opened, err = open(good { transport = { timeout_ms = 600001 } })
    assert.is_nil(opened)
    assert.equal("expected milliseconds from 1 to 600000", fields(err)["transport.timeout_ms"])
    assert(open(good { transport = { timeout_ms = 600000 } }))
  end)

  describe("as a script", function()
    it("gives env, file and secret, relative to itself, and nothing else", function()
      write("note.txt", "hello\n")
      write("key.txt", "bytes of a key")
      local path = write("obol.lua", [[
        local right = file "note.txt" == "hello\n" and env "HOME"
        return { mode = right and "test" or "wrong", ledger = "memory", transport = { send = function() end },
          accounts = { a = { provider = "cards", key = secret.file "key.txt" } } }
      ]])
      local opened, err = open(path)
      assert.is_nil(err)
      assert.equal("test", opened.mode)
      for name in ([[print os io require _G string pcall xpcall load loadstring setmetatable error getmetatable tostring
        debug math table next pairs rawget rawset _VERSION package coroutine jit ngx obol money]]):gmatch "%S+" do
        opened, err = open(write("obol.lua", "return { mode = " .. name .. " }"))
        assert.is_nil(opened)
        assert.matches("obol%.lua:1: expected `env`, `file`, `secret` or a name that has a value", tostring(err), name)
      end
    end)

    it("tells of a name that is misspelt, which would be nothing", function()
      local _, err = open(write("obol.lua", "return {\n mode = envv 'MODE' }"))
      assert.matches("obol%.lua:2: expected .*, did you mean `env`%?$", tostring(err))
      _, err = open(write("obol.lua", "local x = secrt.env 'KEY'"))
      assert.matches("obol%.lua:1: expected .*, did you mean `secret`%?$", tostring(err))
      _, err = open(write("obol.lua", "key = 5\nreturn { mode = keyy }"))
      assert.matches("obol%.lua:2: expected .*, did you mean `key`%?$", tostring(err))
    end)

    it("reads secrets without telling them", function()
      write("key.txt", "hunter2")
      local seen
      package.loaded["obol.account"] = function(words) seen = words return support.account { provider = "cards" } end
      local opened = open(write("obol.lua", [[return { mode = "test", ledger = "memory",
        transport = { send = function() end },
        accounts = { a = { provider = "cards", key = secret.file "key.txt" } } }]]))
      package.loaded["obol.account"] = support.account
      assert.is_table(opened)
      assert.equal("[secret]", tostring(seen.key))
      assert.equal("hunter2", seen.key:reveal())
    end)

    it("takes a ledger's file relative to itself", function()
      local opened = assert(open(write("obol.lua", [[return { mode = "test", ledger = "sqlite:books.db",
        transport = { send = function() end }, accounts = { a = { provider = "cards" } } }]])))
      assert.is_nil((opened.ledger:payment "A-1"))
      opened.ledger:close()
      local file = assert(io.open(folder .. "/books.db", "rb"))
      file:close()
      for _, word in ipairs { "", "-wal", "-shm" } do os.remove(folder .. "/books.db" .. word) end
    end)

    it("reports everything that is missing at once, with account, key and line", function()
      local _, err = open(write("obol.lua", [[
        local host = env "OBOL_SPEC_NO_HOST" .. "/v1"
        return { mode = "test", ledger = "memory",
          accounts = {
            a = { provider = "cards", base_url = host, secret = secret.env "OBOL_SPEC_NO_SECRET" },
            b = { provider = "cards", note = file "nowhere.txt", keys = { secret.file "nowhere.pem" } },
          } }
      ]]))
      assert.equal("invalid", err.kind)
      local found = fields(err)
      local script = folder:gsub("%p", "%%%0") .. "/obol%.lua"
      assert.matches("^expected the environment variable OBOL_SPEC_NO_HOST with a value %(" .. script .. ":1%)$",
        found["accounts.a.base_url"])
      assert.matches("OBOL_SPEC_NO_SECRET.*:4%)", found["accounts.a.secret"])
      assert.matches("nowhere.txt.*:5%)", found["accounts.b.note"])
      assert.matches("nowhere.pem.*:5%)", found["accounts.b.keys[1]"])
      assert.equal(4, #err.fields)
    end)

    it("reports what is written twice, of which the first would be lost", function()
      local path = write("obol.lua", [[return { mode = "test", ledger = "memory",
        transport = { send = function() end },
        accounts = { a = { provider = "cards" }, b = { provider = "cards", base_url = "https://x.example",
          base_url = "https://y.example" },
          a = { provider = "cards" } } }]])
      local opened, err = open(path)
      assert.is_nil(opened)
      assert.same({ ["accounts.a"] = ("expected each name once in a table (%s:5)"):format(path),
        ["accounts.b.base_url"] = ("expected each name once in a table (%s:4)"):format(path) }, fields(err))
    end)

    it("reports what is missing also where it was not used, and twice where it was used twice", function()
      local _, err = open(write("obol.lua", [[
        local unused, key = env "OBOL_SPEC_A", secret.env "OBOL_SPEC_B"
        return { mode = "test", ledger = "memory", accounts = { a = { provider = "cards", key = key },
          b = { provider = "cards", key = key } } }
      ]]))
      local found = fields(err)
      assert.matches("OBOL_SPEC_A", found[folder .. "/obol.lua"])
      assert.matches("OBOL_SPEC_B", found["accounts.a.key"])
      assert.matches("OBOL_SPEC_B", found["accounts.b.key"])
    end)

    it("tells file and line of a faulty script, and never what stands in it", function()
      for text, pattern in pairs {
        ["return {\n  mode = 'test',\n  secret = 'hunter2\n}"] = ":3: ",
        ["return {\n secret = undefined 'hunter2' }"] = ":2: ",
        ["local a = nil\nreturn a.b"] = ":2: ",
        ["return { env(5) }"] = ":1: expected the name of an environment variable",
        ["return env(5)"] = "expected the name of an environment variable",
        ["return 'hunter2'"] = "expected the script to return a table",
        ["return { hunter2 hunter2 }"] = ":1: ",
        ["return ('hunter2')()"] = ":1: attempt to call a string value",
      } do
        local opened, err = open(write("obol.lua", text))
        assert.is_nil(opened)
        assert.equal("invalid", err.kind)
        assert.is_truthy(tostring(err):find(folder .. "/obol.lua", 1, true))
        assert.is_truthy(tostring(err):find(pattern, 1, true), tostring(err))
        assert.is_nil(tostring(err):find("'hunter2", 1, true))
      end
    end)

    it("gives texts no method that asks for all memory, or that writes code", function()
      for _, method in ipairs { "rep", "dump" } do
        local _, err = open(write("obol.lua", ("return { mode = (''):%s(5) }"):format(method)))
        assert.matches("attempt to call", tostring(err))
      end
      local path = write("obol.lua", [[return { mode = ("TEST"):lower():sub(1, 4), ledger = "memory",
        transport = { send = function() end }, accounts = { a = { provider = "cards" } } }]])
      assert.equal("test", assert(open(path)).mode)
      assert.equal("aaa", ("a"):rep(3))
    end)

    it("is stopped when it does not end, and leaves the host's hook as it was", function()
      local function hook() end
      for _, text in ipairs { "while true do end", "local function f() return f() end return f()",
        "repeat local a = ('a'):upper() until false", "for i = 1, 1e15 do end" } do
        debug.sethook(hook, "", 1000)
        local opened, err = open(write("obol.lua", text))
        local kept = debug.gethook()
        debug.sethook()
        assert.is_nil(opened)
        assert.matches("expected a script that ends", tostring(err))
        assert.equal(hook, kept)
      end
    end)

    it("takes no compiled code, no folder and no file that is not there", function()
      local compiled = string.dump(function() return {} end)
      local _, err = open(write("obol.lua", compiled))
      assert.matches("expected text, not compiled code", tostring(err))
      for _, path in ipairs { folder, folder .. "/none.lua" } do
        _, err = open(path)
        assert.matches("expected a configuration file", tostring(err))
      end
    end)
  end)
end)

describe("the nearest name", function()
  local nearest = require "obol.nearest"

  it("is found where one is near, the first by name where two are", function()
    local known = { accounts = true, mode = true, ledger = true, node = true }
    assert.equal("accounts", nearest.find("acounts", known))
    assert.equal("mode", nearest.find("moed", { mode = true }))
    assert.equal("mode", nearest.find("mode", known))
    assert.equal("lode", nearest.find("code", { mode = true, lode = true }))
    assert.is_nil(nearest.find("xyzzy", known))
    assert.is_nil(nearest.find(5, known))
    assert.is_nil(nearest.find(("a"):rep(100), { [("a"):rep(99)] = true }))
  end)
end)

describe("a configuration of a misspelt provider", function()
  it("tells the provider that was probably meant, and nothing where none is near", function()
    local obol = require "obol"
    local function provider(name)
      local _, err = obol.open { mode = "test", ledger = "memory", accounts = { a = { provider = name } } }
      return fields(err)["accounts.a.provider"]
    end
    assert.equal("expected a known provider, did you mean `appwheel`?", provider "apwheel")
    assert.equal("expected a known provider", provider "zzz")
    assert.equal("expected a known provider", provider(nil))
  end)
end)
