-- Sets a mark: a sorted set, as the windows, so that Redis has to allow no further commands.
--
-- KEYS: the mark. ARGV: its life in ms. Answers 0.
redis.call('ZADD', KEYS[1], 0, 'known')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0
