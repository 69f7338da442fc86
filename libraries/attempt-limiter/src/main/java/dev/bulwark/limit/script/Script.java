package dev.bulwark.limit.script;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisOperation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A Lua script that Redis knows by its SHA-1 after the first call. Its file {@code
 * limiter-NAME.lua} beside this class says what it reads and answers. Immutable.
 */
public final class Script {

  /** Takes a slot in each window of the first pool that has room. */
  public static final Script TAKE = new Script("take");

  /** Gives the slots of an attempt back. */
  public static final Script GIVE_BACK = new Script("give-back");

  /** Marks an attempt as failed. */
  public static final Script FAIL = new Script("fail");

  /** Sets a mark. */
  public static final Script MARK = new Script("mark");

  /** Empties windows, and remembers that. */
  public static final Script LIFT = new Script("lift");

  /** Answers which windows were emptied lately. */
  public static final Script LIFTS = new Script("lifts");

  /** Counts a request against a quota. */
  public static final Script QUOTA = new Script("quota");

  private final RedisOperation operation;
  private final String text;
  private final String sha1;

  private Script(String name) {
    this.operation = RedisOperation.script("limiter." + name);
    this.text = text("limiter-" + name + ".lua");
    this.sha1 = sha1(text);
  }

  private static String text(String file) {
    try (InputStream resource = Script.class.getResourceAsStream(file)) {
      if (resource == null) {
        throw new IllegalStateException(file + " is missing in the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
