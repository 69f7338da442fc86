package dev.bulwark.limit.script;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisOperation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script that Redis knows by its SHA-1 after the first call. Immutable. */
public final class Script {

  /**
   * Takes a slot in each window of the first pool that has room.
   *
   * <p>KEYS: of each pool its mark if it has one, and its windows. ARGV: id of the attempt, number
   * of pools; of each pool 1 or 0 for a mark, the number of windows, and of each window its limit
   * and its length in ms; then ids of attempts that hold no slot any more. Answers {0, pool} when a
   * slot was taken in each window of the pool; else {wait in ms, pool, window, 1 where all full
   * windows of a pool hold an open attempt} of the pool with the shortest wait. Indexes start at 0.
   */
  public static final Script TAKE =
      new Script(
          "limiter.take",
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          local at, key = 3, 1
          local pools = {}
          for p = 1, tonumber(ARGV[2]) do
            local pool = {}
            if ARGV[at] == '1' then
              pool.mark = KEYS[key]
              key = key + 1
            end
            local count = tonumber(ARGV[at + 1])
            at = at + 2
            for i = 1, count do
              pool[i] = {KEYS[key], tonumber(ARGV[at]), tonumber(ARGV[at + 1])}
              key = key + 1
              at = at + 2
            end
            pools[p] = pool
          end
          local returned = at

          local function isOpen(name)
            for _, member in ipairs(redis.call('ZRANGE', name, -100, -1)) do
              if string.sub(member, 1, 1) ~= '!' then
                return true
              end
            end
            return false
          end

          -- Microseconds until a window has room; 0 where it has.
          local function wait(name, limit, length)
            redis.call('ZREMRANGEBYSCORE', name, '-inf', now - length)
            for j = returned, #ARGV do
              redis.call('ZREM', name, ARGV[j])
            end
            local count = redis.call('ZCARD', name)
            if count < limit then
              return 0
            end
            local oldest = redis.call('ZRANGE', name, count - limit, count - limit, 'WITHSCORES')
            -- No longer than the window, should the clock of Redis have been set back.
            return math.min(length, oldest[2] + length - now)
          end

          local shortest
          local inFlight = 0
          for p, pool in ipairs(pools) do
            if not pool.mark or redis.call('ZCARD', pool.mark) > 0 then
              local longest, full, open = 0, 0, 1
              for i, window in ipairs(pool) do
                local left = wait(window[1], window[2], window[3] * 1000)
                if left > 0 and not isOpen(window[1]) then
                  open = 0
                end
                if left > longest then
                  longest, full = left, i
                end
              end
              if full == 0 then
                for _, window in ipairs(pool) do
                  redis.call('ZADD', window[1], now, ARGV[1])
                  redis.call('PEXPIRE', window[1], window[3])
                end
                return {0, p - 1}
              end
              inFlight = math.max(inFlight, open)
              if not shortest or longest < shortest[1] then
                shortest = {longest, p - 1, full - 1}
              end
            end
          end
          if not shortest then
            return redis.error_reply('every pool needs a mark')
          end
          return {math.ceil(shortest[1] / 1000), shortest[2], shortest[3], inFlight}
          """);

  /**
   * KEYS: the windows. ARGV: id of the attempt. It loses its slots, whether it has failed or not.
   * Answers how many there were.
   */
  public static final Script GIVE_BACK =
      new Script(
          "limiter.give-back",
          """
          local count = 0
          for i = 1, #KEYS do
            count = count + redis.call('ZREM', KEYS[i], ARGV[1]) + redis.call('ZREM', KEYS[i], '!' .. ARGV[1])
          end
          return count
          """);

  /**
   * KEYS: the windows. ARGV: id of the attempt, which has failed: from now on its name begins with
   * an exclamation mark. Of windows with more than a hundred later attempts it stays open.
   */
  public static final Script FAIL =
      new Script(
          "limiter.fail",
          """
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
          """);

  /** KEYS: the mark. ARGV: its life in ms. A sorted set, as the windows: no further commands. */
  public static final Script MARK =
      new Script(
          "limiter.mark",
          """
          redis.call('ZADD', KEYS[1], 0, 'known')
          redis.call('PEXPIRE', KEYS[1], ARGV[1])
          return 0
          """);

  /**
   * KEYS: the lifts, then windows. ARGV: how long a lift is remembered, in ms, then the names of
   * the windows. The windows lose all their attempts.
   */
  public static final Script LIFT =
      new Script(
          "limiter.lift",
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1] * 1000)
          for i = 2, #KEYS do
            redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '+inf')
            redis.call('ZADD', KEYS[1], now, ARGV[i])
          end
          redis.call('PEXPIRE', KEYS[1], ARGV[1])
          return 0
          """);

  /** KEYS: the lifts. Answers the newest: of each the name of the window and its age in ms. */
  public static final Script LIFTS =
      new Script(
          "limiter.lifts",
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          local lifts = redis.call('ZRANGE', KEYS[1], -1000, -1, 'WITHSCORES')
          for i = 2, #lifts, 2 do
            lifts[i] = math.floor((now - lifts[i]) / 1000)
          end
          return lifts
          """);

  /**
   * KEYS: the window of a quota. ARGV: how many requests it lets through, its length in ms. The
   * window is a sorted set, as those of attempts, so Redis has to allow no further commands. Its
   * members are {@code from} (when it began), {@code used} and {@code rejected} (how many
   * requests). Answers {1 if the request is let through, requests left, ms until the window ends,
   * number of this rejected request}.
   */
  public static final Script QUOTA =
      new Script(
          "limiter.quota",
          """
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
          """);

  private final RedisOperation operation;
  private final String text;
  private final String sha1;

  private Script(String name, String text) {
    this.operation = RedisOperation.script(name);
    this.text = text;
    this.sha1 = sha1(text);
  }

  /** The name by which Redis knows it. */
  public String sha1() {
    return sha1;
  }

  /**
   * Runs it in one round trip; in two where this server has not seen it yet.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public @Nullable Object run(RedisConnection redis, List<String> keys, List<String> arguments) {
    return redis.call(operation, client -> run(client, keys, arguments));
  }

  /**
   * Runs one that answers with a list, as {@link #run(RedisConnection, List, List)} does.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   * @throws IllegalStateException if it answers with something else
   */
  public List<?> runForList(RedisConnection redis, List<String> keys, List<String> arguments) {
    if (run(redis, keys, arguments) instanceof List<?> answer) {
      return answer;
    }
    throw new IllegalStateException("Redis has not answered a script with a list");
  }

  private @Nullable Object run(UnifiedJedis client, List<String> keys, List<String> arguments) {
    try {
      return client.evalsha(sha1, keys, arguments);
    } catch (JedisNoScriptException e) {
      // Redis was restarted or its scripts were flushed. EVAL makes it known again.
      return client.eval(text, keys, arguments);
    }
  }

  private static String sha1(String text) {
    try {
      // Redis's name for a script, no protection.
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
