-- The sandbox's server ends with the process that started it, whatever else that process has started.

local socket = require "socket"

local LUA = rawget(_G, "jit") and "luajit" or "lua5.4"

local function output(command)
  local pipe = io.popen(command)
  local text = pipe:read("*a")
  pipe:close()
  return text
end

describe("the sandbox's server", function()
  it("ends with its process though a child of that process lives on; any folder will do", function()
    local parent = output("mktemp -d '/tmp/obol spec;\"$x.XXXXXX'"):gsub("\n$", "")
    local quoted = "'" .. parent .. "'"
    local text = output("TMPDIR=" .. quoted .. " timeout 60 " .. LUA .. [[ -e '
      local server = assert(require("obol.sandbox.server").start{})
      os.execute("sleep 60 >/dev/null 2>&1 & echo $!")
      print(server.port)
      io.stdout:flush()
      os.execute("kill -9 $PPID")' 2>/dev/null]])
    local child, port = text:match("^(%d+)\n(%d+)\n")
    assert.is_string(port, text)
    local left
    for _ = 1, 600 do
      left = output("ls " .. quoted)
      if left == "" then break end
      socket.sleep(0.05)
    end
    local lived = os.execute("kill " .. child)
    assert.equal("", left)
    assert.truthy(lived == true or lived == 0)
    local connection = socket.tcp()
    assert.is_nil((connection:connect("127.0.0.1", tonumber(port))))
    connection:close()
    os.execute("rmdir " .. quoted)
  end)
end)
