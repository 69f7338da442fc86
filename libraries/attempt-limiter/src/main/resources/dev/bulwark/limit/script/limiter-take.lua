-- Takes a slot in each window of the first pool that has room.
--
-- KEYS: of each pool its mark if it has one, and its windows. A window is a sorted set: a member for each attempt, with
--   the time of Redis in microseconds as its score. The name of an attempt that has failed begins with an exclamation
--   mark.
-- ARGV: id of the attempt, number of pools; of each pool 1 or 0 for a mark, the number of windows, and of each window
--   its limit and its length in ms; then ids of attempts that hold no slot any more.
-- Answers {0, pool} when a slot was taken in each window of the pool. Otherwise {wait in ms, pool, window, 1 if all
--   full windows of some pool hold an open attempt} of the pool with the shortest wait. Indexes start at 0.
-- TakeArguments and TakeAnswer are the other side of this.

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local keysRead, argumentsRead = 0, 0

local function nextKey()
  keysRead = keysRead + 1
  return KEYS[keysRead]
end

local function nextArgument()
  argumentsRead = argumentsRead + 1
  return ARGV[argumentsRead]
end

local function nextNumber()
  return tonumber(nextArgument())
end

local function readWindow()
  local window = {name = nextKey()}
  window.limit = nextNumber()
  window.millis = nextNumber()
  return window
end

local function readPool()
  local pool = {windows = {}}
  if nextNumber() == 1 then
    pool.mark = nextKey()
  end
  for i = 1, nextNumber() do
    pool.windows[i] = readWindow()
  end
  return pool
end

local attempt = nextArgument()
local pools = {}
for i = 1, nextNumber() do
  pools[i] = readPool()
end
local firstReturned = argumentsRead + 1

local function holdsOpenAttempt(window)
  for _, member in ipairs(redis.call('ZRANGE', window.name, -100, -1)) do
    if string.sub(member, 1, 1) ~= '!' then
      return true
    end
  end
  return false
end

-- Removes what the window does not hold any more. Returns the microseconds until it has room; 0 where it has.
local function waitOfWindow(window)
  local length = window.millis * 1000
  redis.call('ZREMRANGEBYSCORE', window.name, '-inf', now - length)
  for i = firstReturned, #ARGV do
    redis.call('ZREM', window.name, ARGV[i])
  end
  local count = redis.call('ZCARD', window.name)
  if count < window.limit then
    return 0
  end
  local leaving = count - window.limit
  local oldest = redis.call('ZRANGE', window.name, leaving, leaving, 'WITHSCORES')
  -- No longer than the window, should the clock of Redis have been set back.
  return math.min(length, oldest[2] + length - now)
end

-- Returns the longest wait of the windows of a pool, the index of that window, and 1 if every full window holds an open
-- attempt. The index is 0 where all have room.
local function waitOfPool(pool)
  local longest, full, open = 0, 0, 1
  for i, window in ipairs(pool.windows) do
    local wait = waitOfWindow(window)
    if wait > 0 and not holdsOpenAttempt(window) then
      open = 0
    end
    if wait > longest then
      longest, full = wait, i
    end
  end
  return longest, full, open
end

local function takeSlots(pool)
  for _, window in ipairs(pool.windows) do
    redis.call('ZADD', window.name, now, attempt)
    redis.call('PEXPIRE', window.name, window.millis)
  end
end

local function counts(pool)
  return not pool.mark or redis.call('ZCARD', pool.mark) > 0
end

local shortest
local inFlight = 0
for i, pool in ipairs(pools) do
  if counts(pool) then
    local wait, full, open = waitOfPool(pool)
    if full == 0 then
      takeSlots(pool)
      return {0, i - 1}
    end
    inFlight = math.max(inFlight, open)
    if not shortest or wait < shortest.wait then
      shortest = {wait = wait, pool = i - 1, window = full - 1}
    end
  end
end
if not shortest then
  return redis.error_reply('every pool needs a mark')
end
return {math.ceil(shortest.wait / 1000), shortest.pool, shortest.window, inFlight}
