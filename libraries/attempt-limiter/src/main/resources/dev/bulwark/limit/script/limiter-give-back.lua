-- An attempt loses its slots, whether it has failed or not.
--
-- KEYS: the windows. ARGV: id of the attempt. Answers how many slots there were.
local count = 0
for i = 1, #KEYS do
  count = count + redis.call('ZREM', KEYS[i], ARGV[1]) + redis.call('ZREM', KEYS[i], '!' .. ARGV[1])
end
return count
