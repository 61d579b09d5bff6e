-- Running the real command as a child process, and a sandbox behind HTTP for it.

local M = {}

M.lua = os.getenv "OBOL_LUA" or arg[-1] or "lua5.4"

function M.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- What a file holds.
function M.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

--- What a shell's command prints on its standard output.
function M.output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

--- A fresh folder of our own.
function M.folder()
  return (M.output 'mktemp -d "${TMPDIR:-/tmp}/obol-spec.XXXXXX"':match "%S+")
end

function M.remove(folder)
  assert(folder:find "/obol%-spec%.%w+$")
  os.execute("rm -rf " .. M.quote(folder))
end

--- Runs a shell's command in the folder: { status =, out =, err = }. `environment` is put before it.
function M.shell(folder, command, environment)
  local words = { "OBOL_LUA=" .. M.quote(M.lua), "NO_COLOR=1" }
  for name, value in pairs(environment or {}) do words[#words + 1] = name .. "=" .. M.quote(value) end
  -- (what hangs ends as one spec that fails, and not as a suite without a word)
  os.execute(("cd %s && timeout -k 5 300 env %s %s >out 2>err </dev/null; echo $? >status"):format(M.quote(folder),
    table.concat(words, " "), command))
  return { status = tonumber(M.read(folder .. "/status"):match "%d+"), out = M.read(folder .. "/out"),
    err = M.read(folder .. "/err") }
end

M.root = M.output "pwd":match "[^\n]+"

--- Runs `obol` with these words in the folder.
function M.obol(folder, words, environment)
  local quoted = {}
  for place, word in ipairs(words) do quoted[place] = M.quote(word) end
  return M.shell(folder, M.quote(M.root .. "/scripts/obol") .. " " .. table.concat(quoted, " "), environment)
end

--- The same in the environment of a sandbox (see below), none of whose secrets may be printed.
function M.quiet(folder, words, environment)
  local ran = M.obol(folder, words, environment)
  for _, secret in ipairs { environment.SPEC_SECRET, environment.SPEC_WRONG } do
    assert(not ran.out:find(secret, 1, true), "a secret on the standard output")
    assert(not ran.err:find(secret, 1, true), "a secret on the standard error")
  end
  return ran
end

--- The sandbox's ready account of AppWheel, with the server (to be stopped) and the environment that
-- the configurations below want.
function M.sandbox()
  local server = assert(require("obol.sandbox.server").start { seed = "cli" })
  local transport = assert(require("obol.wait").transport {})
  local reply = assert(transport.send { method = "GET", url = server.url .. "/_sandbox/accounts", headers = {} })
  local found = require("cjson").decode(reply.body).appwheel
  return server, found, { SPEC_SECRET = found.secret, SPEC_WRONG = ("w"):rep(32) }
end

--- A configuration with the accounts `subs`, `wrong` (another secret) and `away` (nobody answers).
function M.configuration(found)
  return ([[
return {
  mode = "test", ledger = "memory",
  accounts = {
    subs = { provider = "appwheel", app_id = %q, base_url = %q, secret = secret.env "SPEC_SECRET" },
    wrong = { provider = "appwheel", app_id = %q, base_url = %q, secret = secret.env "SPEC_WRONG" },
    away = { provider = "appwheel", app_id = %q, base_url = "http://127.0.0.1:1/", secret = secret.env "SPEC_SECRET" },
  },
}
]]):format(found.app_id, found.base_url, found.app_id, found.base_url, found.app_id)
end

return M
