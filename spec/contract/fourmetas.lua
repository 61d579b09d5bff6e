-- 4metas: orders that nothing finds again but their id, and a sealed callback.

local states = { open = "open", paid = "paid", closed = "ended" }

local function adapter(name, mode)
  return {
    name = "fourmetas", title = name, mode = mode,
    secrets = { "rsa.key" },
    account = function(box) return box:accounts().fourmetas end,
    create = { "^POST .*/createThirdOrder$" },
    queries = { "payment.query" },
    ways = { {
      name = "game", operation = "payment.create", at_once = "accepted", lost = "abandoned",
      params = function(order_id)
        return { order_id = order_id, amount = "8.88", currency = "USD", customer = { id = "167123123123" },
          item = { product_id = 1 }, notify_url = "https://shop.example/notify/games", return_url = "game://paid" }
      end,
    } },
    orders = function(books)
      local list = {}
      for i, order in ipairs(books.orders) do
        list[i] = { id = order.id, order_id = order.order_id, key = order.key, amount = order.amount,
          status = assert(states[order.status], order.status) }
      end
      return list
    end,
  }
end

return adapter("4metas", "public_encrypt")
