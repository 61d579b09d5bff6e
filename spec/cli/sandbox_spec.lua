-- obol sandbox and the demo: what is started is stopped, however it ends.

local support = require "spec.cli.support"

-- Folders of sandboxes that are there now, as a set.
local function folders()
  local found = {}
  local list = support.output 'ls -d "${TMPDIR:-/tmp}"/obol-sandbox.* 2>/dev/null'
  for path in list:gmatch "%S+" do found[path] = true end
  return found
end

local function gone(path)
  for _ = 1, 600 do
    if not folders()[path] then return true end
    os.execute "sleep 0.05"
  end
  return false
end

-- The one folder that is new since `before`, which has to be of this address.
local function folder_of(url, before)
  local port = url:match ":(%d+)$"
  for path in pairs(folders()) do
    local file = not before[path] and io.open(path .. "/nginx.conf")
    local text = file and file:read "*a" or ""
    if file then file:close() end
    if text:find("listen 127.0.0.1:" .. port .. ";", 1, true) then return path end
  end
end

describe("obol sandbox", function()
  local folder

  setup(function() folder = support.folder() end)
  teardown(function() support.remove(folder) end)

  for _, signal in ipairs { "INT", "TERM" } do
    it("prints its address first, answers there, and ends well on " .. signal, function()
      local before = folders()
      local command = "exec timeout 100 sh -c 'echo $$; exec env OBOL_LUA=%s scripts/obol sandbox --port 0'"
      local pipe = assert(io.popen(command:format(support.lua)))
      local pid, url = pipe:read "*l", pipe:read "*l"
      assert.truthy(url:find "^http://127%.0%.0%.1:%d+$")
      local path = folder_of(url, before)
      local transport = assert(require("obol.wait").transport {})
      local reply = assert(transport.send { method = "GET", url = url .. "/_sandbox/accounts", headers = {} })
      os.execute(("kill -%s %s"):format(signal, pid))
      assert.equal("", pipe:read "*a")
      pipe:close()
      assert.equal(200, reply.status)
      assert.truthy(path)
      assert.is_true(gone(path))
      assert.is_nil((transport.send { method = "GET", url = url .. "/", headers = {} }))
    end)
  end

  it("refuses an address for callbacks to which it does not send", function()
    local wrong = { "nowhere", "https://127.0.0.1/n", "http://shop.example/n", "http://127.0.0.1.evil.example/" }
    for _, url in ipairs(wrong) do
      local ran = support.obol(folder, { "sandbox", "--webhook-url=" .. url })
      assert.equal(2, ran.status)
      assert.truthy(ran.err:find("expected an http address on this machine", 1, true))
    end
  end)

  it("refuses a port that is none", function()
    for _, port in ipairs { "70000", "-1", "x", "1.5" } do
      local ran = support.obol(folder, { "sandbox", "--port=" .. port })
      assert.equal(2, ran.status)
      assert.truthy(ran.err:find("0 to 65535", 1, true))
    end
  end)

  it("says that a port is taken", function()
    local server = support.sandbox()
    local ran = support.obol(folder, { "sandbox", "--port", ("%d"):format(server.port) })
    server:stop()
    assert.equal(2, ran.status)
    assert.equal("", ran.out)
    assert.truthy(ran.err:find("taken", 1, true))
  end)
end)

describe("the demo", function()
  local folder

  setup(function() folder = support.folder() end)
  teardown(function() support.remove(folder) end)

  local function run(script)
    local before = folders()
    local command = ("cd %s && exec %s %s"):format(support.quote(support.root), support.lua, support.quote(script))
    local ran = support.shell(folder, "sh -c " .. support.quote(command), { COLUMNS = "200" })
    local url = ran.out:match "http://127%.0%.0%.1:%d+"
    return ran.status, ran.out .. ran.err, url and folder_of(url, before)
  end

  -- The demo with one line of its first part changed.
  local function changed(pattern, replacement)
    local parts = folder .. "/demonstrate/"
    support.shell(folder, "cp -r " .. support.quote(support.root .. "/scripts/demonstrate") .. " .")
    local text, count = support.read("scripts/demonstrate/appwheel.lua"):gsub(pattern, replacement)
    assert.equal(1, count)
    support.write(parts .. "appwheel.lua", text)
    support.write(folder .. "/demo", support.read "scripts/demo")
    return folder .. "/demo"
  end

  it("goes as expected, plain where there is no terminal", function()
    local code, out, left = run("scripts/demo")
    assert.equal(0, code, out)
    assert.is_nil(out:find "\27")
    assert.truthy(out:find("as expected", 1, true))
    assert.truthy(out:find("subscription.cancel: unknown, then subscription.query: succeeded", 1, true))
    assert.is_nil(left)
    local steps = 0
    for _ in out:gmatch "\nok  +%d+  " do steps = steps + 1 end
    assert.equal(54, steps)
  end)

  it("fails when a step is not as expected, and leaves nothing", function()
    local code, out, left = run(changed('money%("9%.99", "USD"%)', 'money("9.98", "USD")'))
    assert.equal(1, code)
    assert.truthy(out:find "\nFAIL +4  list the products")
    assert.is_nil(left)
  end)

  it("fails when the script itself breaks, and leaves nothing", function()
    local line = "    local products = must"
    local code, out, left = run(changed(line, "    error 'broken on purpose'\n" .. line))
    assert.equal(1, code)
    assert.truthy(out:find("broken on purpose", 1, true))
    assert.is_nil(left)
  end)
end)
