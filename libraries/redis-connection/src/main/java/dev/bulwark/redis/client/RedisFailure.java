package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisStatus;
import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.redis.topology.RedisFailures;
import java.time.Instant;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Why Redis cannot be used.
 *
 * @param kind for everybody
 * @param text for the operator, with the options to look at; without secrets
 */
record RedisFailure(RedisFailureKind kind, String text) {

  static final RedisFailure NOT_CONTACTED =
      new RedisFailure(RedisFailureKind.NOT_CONTACTED, "not contacted yet");

  static final RedisFailure NOT_CONFIGURED =
      new RedisFailure(RedisFailureKind.NOT_CONFIGURED, "none is configured");

  static final RedisFailure CLOSED = new RedisFailure(RedisFailureKind.OTHER, "closed");

  /** A command that failed. */
  static RedisFailure ofCommand(JedisException failure) {
    String text = RedisFailures.describe(failure);
    return new RedisFailure(RedisFailureKind.of(text), text);
  }

  /** A connection that failed, which an option may have caused. */
  static RedisFailure ofConnection(JedisException failure, RedisConfig config) {
    RedisFailure command = ofCommand(failure);
    String options = RedisAdvice.options(failure, command.text(), config);
    return options.isEmpty()
        ? command
        : new RedisFailure(command.kind(), command.text() + "; check " + options);
  }

  /** An unusable option; the message names it. */
  static RedisFailure ofOption(RuntimeException failure) {
    return new RedisFailure(RedisFailureKind.CONFIGURATION, RedisFailures.describe(failure));
  }

  /** The state of a connection that has failed. */
  RedisStatus since(Instant since) {
    return new RedisStatus(false, since, text, kind.text());
  }
}
