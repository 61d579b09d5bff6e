--- Token buckets: how much work of one kind anybody outside can cause in this process.

local M = {}

--- Takes one token of the bucket `name`, which holds `burst` and fills by `a_second`: false when it is
-- empty.
function M.take(client, name, burst, a_second)
  local now, bucket = client.elapsed(), client.buckets[name]
  if not bucket then
    bucket = { tokens = burst, at = now }
    client.buckets[name] = bucket
  end
  bucket.tokens = math.min(burst, bucket.tokens + (now - bucket.at) / 1000 * a_second)
  bucket.at = now
  if bucket.tokens < 1 then return false end
  bucket.tokens = bucket.tokens - 1
  return true
end

return M
