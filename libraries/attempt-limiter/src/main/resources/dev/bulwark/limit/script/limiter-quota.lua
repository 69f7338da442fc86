-- Counts a request against a quota.
--
-- KEYS: the window of the quota. It is a sorted set, as those of attempts, so that Redis has to allow no further
--   commands. Its members are "from" (when it began), "used" and "rejected" (how many requests).
-- ARGV: how many requests it lets through, its length in ms.
-- Answers {1 if the request is let through, requests left, ms until the window ends, number of this rejected request}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, length = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local window = {}
for i = 1, #stored, 2 do
  window[stored[i]] = tonumber(stored[i + 1])
end
-- A window of the future: the clock of Redis was set back.
if not window.from or window.from > now or window.from + length <= now then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '+inf')
  redis.call('ZADD', KEYS[1], now, 'from')
  redis.call('PEXPIRE', KEYS[1], length)
  window = {from = now}
end
local used = window.used or 0
local wait = window.from + length - now
if used < limit then
  redis.call('ZADD', KEYS[1], 'INCR', 1, 'used')
  return {1, limit - used - 1, wait, 0}
end
return {0, 0, wait, tonumber(redis.call('ZADD', KEYS[1], 'INCR', 1, 'rejected'))}
