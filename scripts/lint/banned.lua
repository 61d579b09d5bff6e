-- Calls and words that the core does without. An exception names its file and how often; one that
-- is no longer needed is itself an error.

package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local source = require "source"

local CALLS = {}
local function ban(why, names)
  for name in names:gmatch "%S+" do CALLS[name] = why end
end
ban("knows no bounds", "strcpy strcat sprintf vsprintf gets stpcpy strncpy strncat wcscpy alloca")
ban("cannot tell that it failed", "atoi atol atoll atof")
ban("keeps hidden state", "strtok setlocale localtime gmtime ctime asctime strerror")
ban("can be predicted", "rand srand random srandom drand48")
ban("leaves the function behind", "setjmp longjmp sigsetjmp siglongjmp")
ban("a library does not start programs", "system popen fork vfork execl execlp execv execvp execve")
ban("a library does not end the process", "exit abort _exit quick_exit assert")
ban("a library does not write to the terminal", "printf vprintf fprintf puts putchar perror")
ban("take obol_secret_alloc, an arena or a buffer",
  "malloc calloc realloc free strdup strndup asprintf vasprintf")
ban("not for secrets: obol_crypto_equal is; other bytes go through obol_slice_equal",
  "memcmp bcmp")
ban("the compiler may leave it out: obol_wipe", "bzero")
ban("reads what it was not given", "sscanf fscanf scanf")

-- Words, outside of core/bind where Lua's own numbers live.
local WORDS = {
  double = "amounts and ids are never floating point",
  float = "amounts and ids are never floating point",
}

-- File, then word and number of uses. In front of each: why.
local EXCEPTIONS = {
  -- the comparison of bytes that are no secret
  ["core/base/slice.c"] = { memcmp = 2 },
  -- the words true, false and null
  ["core/wire/json.c"] = { memcmp = 1 },
  -- under a sanitizer each block stands alone, so that it sees what a pool would hide
  ["core/base/secret.c"] = { malloc = 1, free = 1 },
}

-- `goto out` is for files that hold handles of OpenSSL, curl or a database.
local GOTO = { crypto = true, net = true, store = true }

local function count_words(path, text, banned, pattern, used)
  for number, line in ipairs(source.lines(text)) do
    for word in line:gmatch(pattern) do
      if banned[word] then
        used[word] = (used[word] or 0) + 1
        local allowed = (EXCEPTIONS[path] or {})[word] or 0
        if used[word] > allowed then source.report(path, number, "%s: %s", word, banned[word]) end
      end
    end
  end
end

local function check_lines(path, text, folder)
  for number, line in ipairs(source.lines(text)) do
    local label = line:match "%f[%w_]goto%s+([%w_]+)"
    if label and (label ~= "out" or not GOTO[folder]) then
      source.report(path, number, "goto: only to out, and only where a foreign handle is held")
    end
    -- the type of a function may return a struct's address; its line goes on with a parenthesis
    local function_type = line:find "typedef%s+struct%s+[%w_]+%s*%*%s*[%w_]+%("
    if line:find "%f[%w_]typedef%s+struct%f[^%w_]" and not function_type then
      source.report(path, number, "typedef of a struct")
    end
  end
end

local seen = {}
for _, path in ipairs(source.files "^core/.*%.[ch]$") do
  local text = source.strip_c(source.read(path))
  local folder = path:match "^core/([^/]+)/"
  local used = {}
  seen[path] = used
  count_words(path, text, CALLS, "%f[%w_]([%w_]+)%s*%f[(]", used)
  if folder ~= "bind" then count_words(path, text, WORDS, "%f[%w_]([%w_]+)", used) end
  check_lines(path, text, folder)
end

-- Exceptions are about this project's tree; one made up to test this script has none of its files.
for path, words in pairs(EXCEPTIONS) do
  for word, allowed in pairs(words) do
    local used = (seen[path] or {})[word] or 0
    if used < allowed and (seen[path] or not os.getenv "OBOL_LINT_PLANTED") then
      source.report(path, nil, "its exception for %s is %d, and it uses %d", word, allowed, used)
    end
  end
end

source.finish()
