--- Secrets: bytes outside Lua's strings, wiped when collected or closed.
-- `secret(text)` copies `text`; `tostring` gives `[secret]`; `:reveal()` makes a Lua string on
-- purpose; `:close()` wipes at once. `secret.env(name)` and `secret.file(path)` read without making
-- a Lua string, and answer `nil, err` where there is nothing to read. A file that holds one line of
-- text is read without its line end, any other file byte by byte.

local core = require "obol.core"

local secret = { env = core.secret.env, file = core.secret.file }

return setmetatable(secret, {
  __call = function(_, text)
    -- Here, because the core would name this line instead of the caller's.
    if type(text) ~= "string" and type(text) ~= "userdata" then
      error("expected a string or an obol.secret, got " .. type(text), 2)
    end
    return core.secret.new(text)
  end,
})
