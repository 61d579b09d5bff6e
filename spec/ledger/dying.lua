--- Runs fn(...) in a process that dies at its `at`th write to the ledger: before it, or (`after`) when it is durable
-- and nobody was told. Answers whether it came so far, and how often it wrote.

return function(ledger, at, after, fn, ...)
  local store, count = ledger.store, 0
  local run = store.run
  store.run = function(self, changes)
    count = count + 1
    if count ~= at then return run(self, changes) end
    if after then assert(run(self, changes)) end
    coroutine.yield "dead"
    error "a dead process goes on"
  end
  local thread = coroutine.create(fn)
  local ok, word = coroutine.resume(thread, ...)
  store.run = nil
  assert(ok, word)
  return coroutine.status(thread) == "suspended" and word == "dead", count
end
