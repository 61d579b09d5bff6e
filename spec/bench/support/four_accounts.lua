-- The first lines of a script that opens four accounts.
return [[
local obol = require "obol"
local function account(id)
  return { provider = "appwheel", app_id = id, platform = "Stripe", secret = obol.secret "k3yForDocsOnly0123456789ABCDEFgh" }
end
local pay = assert(obol.open {
  mode = "test", ledger = "memory",
  accounts = { one = account "331058831", two = account "331058832", three = account "331058833", four = account "331058834" },
})
]]
