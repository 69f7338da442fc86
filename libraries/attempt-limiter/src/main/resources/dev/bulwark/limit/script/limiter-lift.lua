-- Windows lose all their attempts, and the lifts remember it.
--
-- KEYS: the lifts, then the windows. ARGV: how long a lift is remembered, in ms, then the names of the windows. Answers 0.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1] * 1000)
for i = 2, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '+inf')
  redis.call('ZADD', KEYS[1], now, ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0
