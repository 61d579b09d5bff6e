-- What must not stand in any file of the tree: paths of somebody's machine, hosts of package
-- registries, private keys, specs marked to run alone; and the shape that .editorconfig asks for.

package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local source = require "source"

-- Written in pieces, so that this file does not hold what it looks for.
local HOSTS = {
  "luarocks" .. ".org", "registry.npmjs" .. ".org", "pypi" .. ".org", "pythonhosted" .. ".org",
  "crates" .. ".io", "proxy.golang" .. ".org", "rubygems" .. ".org", "deb.debian" .. ".org",
}
local PATHS = { "/" .. "home/", "/" .. "root/", "/" .. "work/", "/" .. "Users/" }
local KEY = "%-%-%-%-%-BEGIN [%u ]*PRIVATE" .. " KEY%-%-%-%-%-"
-- How the base64 of a PKCS#1 or PKCS#8 private key of a usual size begins.
local BARE = { "MII[BCEJ][%w+/][%w+/]IBA[AD]", "MIG[%w]AgEAM", "MH[cg]CAQEEI" }
local FOCUS = { "#" .. "only", "#" .. "focus", "#" .. "wip" }

local function check_line(path, number, line)
  for _, host in ipairs(HOSTS) do
    if line:find(host, 1, true) then source.report(path, number, "names a package registry") end
  end
  for _, place in ipairs(PATHS) do
    local at = line:find(place, 1, true)
    if at and not line:sub(1, at - 1):find "[%w_.}-]$" then
      source.report(path, number, "a path of one machine")
    end
  end
  for mention in line:gmatch("%.%./shared/%w*") do
    if mention ~= "../shared/vectors" then
      source.report(path, number, "a path outside the project")
    end
  end
end

local function check_shape(path, text)
  if #text > 0 and text:sub(-1) ~= "\n" then source.report(path, nil, "no line end at its end") end
  if text:find("\r\n", 1, true) then source.report(path, nil, "line ends of another system") end
  for number, line in ipairs(source.lines(text)) do
    if line:find "[ \t]$" then source.report(path, number, "blanks at the end of the line") end
    if line:find "\t" and not path:find "Makefile$" then source.report(path, number, "a tab") end
  end
end

-- A marker alone is harmless: a parser and its specs write it. A key is a marker with its base64.
local function check_keys(path, text)
  for _, after in text:gmatch("(" .. KEY .. ")(.?.?.?.?%s*\n?.?.?[^\n]*)") do
    if #after:gsub("[^%w+/]", "") >= 40 then source.report(path, nil, "holds a private key") end
  end
  for _, start in ipairs(BARE) do
    for from in text:gmatch("()" .. start) do
      if #text:match("^[%w+/=]+", from) >= 60 then
        source.report(path, nil, "holds a private key")
      end
    end
  end
end

local function check_focus(path, text)
  for number, line in ipairs(source.lines(text)) do
    for _, tag in ipairs(FOCUS) do
      if line:find(tag .. "%f[^%w_]") then source.report(path, number, "a spec marked %s", tag) end
    end
  end
end

for _, path in ipairs(source.files ".") do
  local text = source.read(path)
  local binary = text:find("\0", 1, true) or path:find "^spec/fuzz/corpus/"
  check_keys(path, text)
  if not binary then
    for number, line in ipairs(source.lines(text)) do check_line(path, number, line) end
    -- Fixtures are kept byte for byte as they came.
    if not path:find "/fixtures/" then check_shape(path, text) end
  end
  if path:find "_spec%.lua$" then
    check_focus(path, text)
  end
end

source.finish()
