rockspec_format = "3.0"
package = "obol"
version = "scm-1"

source = {
  url = "git+https://obol.invalid/obol.git", -- `luarocks make` builds from the checkout
}

description = {
  summary = "A payment library with a C core",
  detailed = [[
Takes payments through many providers with one contract: exact amounts, no payment lost or doubled,
card numbers never seen. Runs in plain Lua 5.4 and, with LuaJIT, in nginx.]],
  license = "MIT",
  labels = { "payments", "nginx" },
}

supported_platforms = { "linux" }

dependencies = {
  "lua >= 5.1, < 5.5", -- 5.1 stands for LuaJIT
  "argparse >= 0.7",
}

-- By library alone: a header is looked for in one folder, which is not where Debian keeps curl's.
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { library = "crypto" },
  SQLITE3 = { library = "sqlite3" },
}

-- The command finds its Lua by itself: the one that LuaRocks would write into a wrapper for 5.1 need
-- not be LuaJIT, for which the core was built.
deploy = {
  wrap_bin_scripts = false,
}

build = {
  type = "make",
  variables = {
    LUA_INCDIR = "$(LUA_INCDIR)",
    LIBFLAG = "$(LIBFLAG)",
    CFLAGS = "$(CFLAGS)",
    LUA = "$(LUA)",
    LUALIB = "$(LUALIB)",
    LUA_LIBDIR = "$(LUA_LIBDIR)",
    LUA_BINDIR = "$(LUA_BINDIR)",
  },
  install_variables = {
    PREFIX = "$(PREFIX)",
    BINDIR = "$(BINDIR)",
    LIBDIR = "$(LIBDIR)",
    LUADIR = "$(LUADIR)",
    CONFDIR = "$(CONFDIR)",
  },
}
