-- An attempt has failed: from now on its name begins with an exclamation mark. Of windows with more than a hundred later
-- attempts it stays open.
--
-- KEYS: the windows. ARGV: id of the attempt. Answers 0.
for i = 1, #KEYS do
  local newest = redis.call('ZRANGE', KEYS[i], -100, -1, 'WITHSCORES')
  for j = 1, #newest, 2 do
    if newest[j] == ARGV[1] then
      redis.call('ZREM', KEYS[i], ARGV[1])
      redis.call('ZADD', KEYS[i], newest[j + 1], '!' .. ARGV[1])
    end
  end
end
return 0
