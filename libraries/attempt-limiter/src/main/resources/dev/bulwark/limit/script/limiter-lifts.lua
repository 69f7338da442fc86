-- Answers the newest lifts: of each the name of the window and its age in ms.
--
-- KEYS: the lifts.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local lifts = redis.call('ZRANGE', KEYS[1], -1000, -1, 'WITHSCORES')
for i = 2, #lifts, 2 do
  lifts[i] = math.floor((now - lifts[i]) / 1000)
end
return lifts
