-- Code has to run on Lua 5.4 and on LuaJIT: only the names that every Lua has.
std = "min"
max_line_length = 100
max_string_line_length = false
files["spec"] = { std = "+busted" }
files["**/*_spec.lua"] = { std = "+busted" }
exclude_files = { "build", ".git" }
