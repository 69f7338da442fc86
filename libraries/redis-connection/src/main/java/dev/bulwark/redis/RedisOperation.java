package dev.bulwark.redis;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of Redis, for traces. It has no key and no argument, which would tell of users and
 * tokens.
 *
 * @param span name of the span
 * @param command as the semantic conventions of OpenTelemetry name it, for example {@code EVALSHA}
 * @param script name of the Lua script; null for a command that runs none
 */
public record RedisOperation(String span, String command, @Nullable String script) {

  /** Several commands in one round trip. */
  public static final RedisOperation PIPELINE = command("PIPELINE");

  /** A command of Redis. */
  public static RedisOperation command(String command) {
    return new RedisOperation(command, command, null);
  }

  /** A Lua script that Redis knows by its SHA-1. */
  public static RedisOperation script(String name) {
    return new RedisOperation("EVALSHA " + name, "EVALSHA", name);
  }
}
