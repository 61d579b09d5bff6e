-- Code has to run on Lua 5.4 and on LuaJIT: only the names that every Lua has, and those few that
-- stand in for each other (`table.unpack or unpack`).
std = "min"
read_globals = {
  "unpack", "setfenv", "loadstring", "jit",
  table = { fields = { "unpack", "pack" }, other_fields = true },
  coroutine = { fields = { "isyieldable" }, other_fields = true },
  math = { fields = { "type", "tointeger", "mininteger", "maxinteger" }, other_fields = true },
}
max_line_length = 120
max_string_line_length = false
files["spec"] = { std = "+busted" }
files["lua/obol/nginx"] = { read_globals = { "ngx", "ndk" } }
files["lua/obol/sandbox"] = { read_globals = { "ngx" } }
files["lua/obol/wait"] = { read_globals = { "ngx" } }
files["scripts/flows/obol.lua"] = { read_globals = { "env", "file", "secret" } }
files["scripts/routes"] = { read_globals = { "money" } }
files["scripts/obol"] = { globals = { "_" } }
exclude_files = { "build", ".git" }
