-- Every lint script catches what it is there for: each case plants one violation in a small tree of
-- its own, and the script has to name it; the same tree without it has to pass.

local here = arg[0]:gsub("[^/]*$", "")
local passed, failed = 0, 0

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo status=$?"))
  local said = pipe:read "*a"
  pipe:close()
  return said:match "^(.*)status=(%d+)\n$"
end

local function plant(files)
  local root = run "mktemp -d":gsub("\n", "")
  for path, text in pairs(files) do
    run(("mkdir -p '%s/%s'"):format(root, path:match "^(.*)/[^/]*$" or "."))
    local file = assert(io.open(root .. "/" .. path, "wb"))
    file:write(text)
    file:close()
  end
  return root
end

local function check(rule, what, files, expected)
  local root = plant(files)
  local script = here .. rule
  local command = rule:find "%.lua$" and "OBOL_LINT_PLANTED=1 lua5.4 " .. script or script
  local said, status = run(command .. " " .. root)
  run("rm -rf " .. root)
  local caught = status ~= "0" and said:find(expected or "\0", 1, true) ~= nil
  local clean = status == "0" and said == ""
  if (expected and caught) or (not expected and clean) then
    passed = passed + 1
  else
    failed = failed + 1
    io.write("FAILED ", rule, ": ", what, ": ", expected or "nothing")
    io.write(" was expected, said:\n", said)
  end
end

local FUNCTION = "int obol_x(void)\n{\n    return 0;\n}\n"
local function long(head, line, count, tail)
  return head .. line:rep(count) .. tail
end

for _, case in ipairs {
  { "layers.lua", "a lower folder", { ["core/wire/a.c"] = '#include "base/buf.h"\n' } },
  { "layers.lua", "an upper folder", { ["core/base/a.c"] = '#include "wire/json.h"\n' },
    "core/base/a.c:1: base (0) must not use wire (1)" },
  { "layers.lua", "a folder beside it", { ["core/net/a.h"] = ' # include "crypto/key.h"\n' },
    "net (2) must not use crypto (2)" },
  { "layers.lua", "a folder without a number", { ["core/new/a.c"] = "\n" }, "has no number" },
  { "layers.lua", "an include of such a folder", { ["core/net/a.c"] = '#include "new/a.h"\n' },
    "core/new has no number" },
  { "layers.lua", "a header by its short name", { ["core/net/a.c"] = '#include "a.h"\n' },
    "named from core/" },
  { "layers.lua", "a way around", { ["core/base/a.c"] = '#include "base/../net/a.h"\n' },
    "named from core/" },
  { "layers.lua", "another provider", { ["core/provider/a/a.c"] = '#include "provider/b/b.h"\n' },
    "provider a must not use provider b" },
  { "layers.lua", "a registry", { ["core/provider/registry.c"] = '#include "provider/a/a.h"\n' } },
  { "layers.lua", "lua.h in its room", { ["core/bind/a.c"] = "#include <lua.h>\n" } },
  { "layers.lua", "lua.h elsewhere", { ["core/call/a.c"] = "#include <lua.h>\n" },
    "belongs to core/bind" },
  { "layers.lua", "OpenSSL elsewhere", { ["core/net/a.c"] = "#include <openssl/ssl.h>\n" },
    "belongs to core/crypto" },
  { "layers.lua", "curl elsewhere", { ["core/bind/a.c"] = '#include "curl/curl.h"\n' },
    "belongs to core/net" },
  { "layers.lua", "SQLite elsewhere", { ["core/net/a.c"] = "#include <sqlite3.h>\n" },
    "belongs to core/store" },
  { "layers.lua", "libpq elsewhere", { ["core/net/a.c"] = "#include <libpq-fe.h>\n" },
    "belongs to core/store" },
  { "layers.lua", "qrencode elsewhere", { ["core/bind/a.c"] = "#include <qrencode.h>\n" },
    "belongs to core/qr" },
  { "layers.lua", "a computed include", { ["core/bind/a.c"] = "#include HEADER\n" },
    "cannot be read" },
  { "layers.lua", "a lower module", { ["lua/obol/client/a.lua"] = 'require "obol.route"\n' } },
  { "layers.lua", "an upper module",
    { ["lua/obol/account/a.lua"] = 'local x = require("obol.client")\n' },
    "account (1) must not use client (4)" },
  { "layers.lua", "a module beside it", { ["lua/obol/flow/a.lua"] = "require'obol.nginx.x'\n" },
    "flow (5) must not use nginx (5)" },
  { "layers.lua", "the second of a line",
    { ["lua/obol/account.lua"] = 'local a, b = require "obol.json", require "obol.cli"\n' },
    "account (1) must not use cli (6)" },
  { "layers.lua", "the whole from within", { ["lua/obol/client.lua"] = 'require "obol"\n' },
    "client (4) must not use init (7)" },
  { "layers.lua", "a face that climbs", { ["lua/obol/json.lua"] = 'require "obol.account"\n' },
    "json (0) must not use account (1)" },
  { "layers.lua", "a comment", { ["lua/obol/json.lua"] = '-- require "obol.account"\n' } },
  { "layers.lua", "a computed module", { ["lua/obol/cli/a.lua"] = "require(name)\n" },
    "computed name" },
  { "layers.lua", "a module without a number", { ["lua/obol/new.lua"] = "\n" }, "has no number" },
  { "layers.lua", "a sandbox that keeps to itself",
    { ["lua/obol/sandbox/a.lua"] = 'require "obol.crypto"\n' } },
  { "layers.lua", "a sandbox that asks the core for the time",
    { ["lua/obol/sandbox/a.lua"] = 'local core = require "obol.core"\nreturn core.clock_ms()\n' } },
  { "layers.lua", "a sandbox that asks the core for a provider",
    { ["lua/obol/sandbox/a.lua"] = 'local c = require("obol.core")\nreturn c.describe "x"\n' },
    "a.lua:2: the sandbox must not use obol.core.describe" },
  { "layers.lua", "a sandbox that hands the core on",
    { ["lua/obol/sandbox/a.lua"] = 'local core = require "obol.core"\nreturn use(core)\n' },
    "a.lua:2: the sandbox must not use obol.core" },
  { "layers.lua", "a sandbox that hides the core",
    { ["lua/obol/sandbox/a.lua"] = 'return require("obol.core").describe\n' },
    "a.lua:1: the sandbox must not use obol.core so" },
  { "layers.lua", "a sandbox on accounts",
    { ["lua/obol/sandbox/a.lua"] = 'require "obol.account"\n' },
    "sandbox must not use obol.account" },

  { "banned.lua", "a comment and a string",
    { ["core/net/a.c"] = '/* strcpy(a) */ // system(b)\nchar *x = "gets(c)";\n' } },
  { "banned.lua", "strcpy", { ["core/net/a.c"] = "\nstrcpy(a, b);\n" }, "core/net/a.c:2: strcpy" },
  { "banned.lua", "strtok with a blank", { ["core/net/a.c"] = "strtok (a, b);\n" }, "strtok" },
  { "banned.lua", "a name that only ends so", { ["core/net/a.c"] = "obol_secret_free(a);\n" } },
  { "banned.lua", "free", { ["core/net/a.h"] = "free(a);\n" }, "free: take" },
  { "banned.lua", "memcmp", { ["core/net/a.c"] = "if (memcmp(a, b, 2))\n" }, "memcmp: not for" },
  { "banned.lua", "more than an exception allows",
    { ["core/wire/json.c"] = "memcmp(a, b, 3); memcmp(a, b, 3);\n" }, "memcmp: not for" },
  { "banned.lua", "an unused exception", { ["core/wire/json.c"] = "\n" },
    "its exception for memcmp is 1, and it uses 0" },
  { "banned.lua", "a double", { ["core/money/a.c"] = "double x;\n" }, "never floating point" },
  { "banned.lua", "a double of Lua's", { ["core/bind/a.c"] = "double x;\n" } },
  { "banned.lua", "goto elsewhere", { ["core/wire/a.c"] = "goto out;\n" }, "goto" },
  { "banned.lua", "goto another place", { ["core/net/a.c"] = "goto again;\n" }, "goto" },
  { "banned.lua", "goto out", { ["core/net/a.c"] = "goto out;\n" } },
  { "banned.lua", "a typedef", { ["core/wire/a.h"] = "typedef struct a {\n" }, "typedef" },

  { "sizes.lua", "a small file", { ["core/net/a.c"] = FUNCTION } },
  { "sizes.lua", "a long function",
    { ["core/net/a.c"] = long("int x(void)\n{\n", "    y();\n", 60, "}\n") }, "a function of 63" },
  { "sizes.lua", "a long C file",
    { ["core/net/a.c"] = FUNCTION .. ("\n"):rep(400) }, "400 at most" },
  { "sizes.lua", "a long table",
    { ["core/net/a.c"] = long("static const int x[] = {\n", "    1,\n", 500, "};\n") } },
  { "sizes.lua", "a long header", { ["core/net/a.h"] = ("\n"):rep(121) }, "120 at most" },
  { "sizes.lua", "a long Lua file", { ["lua/obol/a.lua"] = ("\n"):rep(301) }, "300 at most" },
  { "sizes.lua", "a long Lua function",
    { ["lua/obol/a.lua"] = long("local function x()\n", "  y()\n", 60, "end\n") },
      "a function of 62" },
  { "sizes.lua", "a long block of specs",
    { ["spec/a_spec.lua"] = long('describe("x", function()\n', "  y()\n", 60, "end)\n") } },

  { "text.lua", "plain text", { ["a.md"] = "See docs/ and usr/share.\n" } },
  { "text.lua", "a home folder",
    { ["a.md"] = "in /" .. "home/somebody\n" }, "a path of one machine" },
  { "text.lua", "a registry", { ["a.md"] = "from https://luarocks" .. ".org/\n" }, "registry" },
  { "text.lua", "a page outside",
    { ["a.md"] = "see .." .. "/shared/design.md\n" }, "outside the project" },
  { "text.lua", "a key",
    { ["a.pem"] = "-----BEGIN RSA PRIVATE" .. " KEY-----\n" .. ("Ab1+"):rep(16) .. "\n" },
    "holds a private key" },
  { "text.lua", "a key in one Lua string",
    { ["a.lua"] = 'x = "-----BEGIN PRIVATE' .. " KEY-----\\n" .. ("Ab1+"):rep(16) .. '"\n' },
    "holds a private key" },
  { "text.lua", "a bare key", { ["a.txt"] = "MIIE" .. "vAIBADAN" .. ("Ab1+"):rep(40) .. "\n" },
    "holds a private key" },
  { "text.lua", "a public key", { ["a.txt"] = "MIIB" .. "IjANBgkq" .. ("Ab1+"):rep(40) .. "\n" } },
  { "text.lua", "a marker alone", { ["a.c"] = '"-----BEGIN PRIVATE' .. ' KEY-----"\n' } },
  { "text.lua", "a spec to run alone",
    { ["spec/a_spec.lua"] = 'it("x #' .. 'only", f)\n' }, "marked" },
  { "text.lua", "a blank at the end", { ["a.md"] = "x \n" }, "blanks" },
  { "text.lua", "a tab", { ["a.lua"] = "\tx()\n" }, "a tab" },
  { "text.lua", "no last line end", { ["a.md"] = "x" }, "no line end" },
  { "text.lua", "line ends of another system", { ["a.md"] = "x\r\n" }, "another system" },

  { "format", "as it should be",
    { [".clang-format"] = "BasedOnStyle: LLVM\n", ["core/a.c"] = "int x;\n" } },
  { "format", "blanks in the way",
    { [".clang-format"] = "BasedOnStyle: LLVM\n", ["core/a.c"] = "int   x;\n" },
      "should be clang-formatted" },
  { "syntax", "what both read", { ["a.lua"] = "goto x\n::x::\n" } },
  { "syntax", "integer division", { ["lua/a.lua"] = "return 7 // 2\n" }, "a.lua:1" },
  { "syntax", "an attribute", { ["lua/a.lua"] = "local x <const> = 1\n" }, "a.lua:1" },
  { "syntax", "a literal of LuaJIT", { ["lua/a.lua"] = "return 1LL\n" }, "a.lua:1" },
  { "cppcheck", "sound code", { ["core/a/a.c"] = "int x(void);\nint x(void) { return 1; }\n" } },
  { "cppcheck", "a read past the end",
    { ["core/a/a.c"] = "int x(void) { int a[2] = {0}; return a[2]; }\n" },
      "arrayIndexOutOfBounds" },
} do
  check(case[1], case[2], case[3], case[4])
end

local counts = os.getenv "OBOL_COUNTS"
if counts then
  local file = assert(io.open(counts, "a"))
  file:write(passed, " ", failed, " 0\n")
  file:close()
end
os.exit(failed == 0)
