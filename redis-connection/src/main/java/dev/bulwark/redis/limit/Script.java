package dev.bulwark.redis.limit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script that Redis knows by its SHA-1 after the first call. Immutable. */
final class Script {

  /**
   * KEYS: the windows, one or two. ARGV: length of the window in ms, id of the attempt, the limit
   * of each window, then ids of attempts that hold no slot any more. Answers {0, 0} when a slot was
   * taken in each, else the wait in ms and which window is full.
   */
  static final Script TAKE =
      new Script(
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          local length = tonumber(ARGV[1]) * 1000
          local longest, full = 0, 0
          for i = 1, #KEYS do
            local limit = tonumber(ARGV[2 + i])
            redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - length)
            for j = 3 + #KEYS, #ARGV do
              redis.call('ZREM', KEYS[i], ARGV[j])
            end
            local count = redis.call('ZCARD', KEYS[i])
            if count >= limit then
              local oldest = redis.call('ZRANGE', KEYS[i], count - limit, count - limit, 'WITHSCORES')
              -- No longer than the window, should the clock of Redis have been set back.
              local wait = math.min(length, oldest[2] + length - now)
              if wait > longest then
                longest = wait
                full = i
              end
            end
          end
          if full > 0 then
            return {math.ceil(longest / 1000), full}
          end
          for i = 1, #KEYS do
            redis.call('ZADD', KEYS[i], now, ARGV[2])
            redis.call('PEXPIRE', KEYS[i], ARGV[1])
          end
          return {0, 0}
          """);

  /** KEYS: the windows. ARGV: id of the attempt. Answers how many slots there were. */
  static final Script GIVE_BACK =
      new Script(
          """
          local count = 0
          for i = 1, #KEYS do
            count = count + redis.call('ZREM', KEYS[i], ARGV[1])
          end
          return count
          """);

  private final String text;
  private final String sha1;

  private Script(String text) {
    this.text = text;
    this.sha1 = sha1(text);
  }

  /** Runs it in one round trip; in two where this server has not seen it yet. */
  @Nullable Object run(UnifiedJedis client, List<String> keys, List<String> arguments) {
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
