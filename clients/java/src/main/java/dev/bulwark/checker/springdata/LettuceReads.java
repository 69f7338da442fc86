package dev.bulwark.checker.springdata;

import io.lettuce.core.ReadFrom;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Where a connection factory reads. Apart, since applications with Jedis have no Lettuce. */
final class LettuceReads {

  private LettuceReads() {}

  /**
   * Rejects a connection factory that reads from replicas: the watermark of one replica says
   * nothing about the tokens that another one has.
   */
  static void requirePrimary(LettuceConnectionFactory factory) {
    ReadFrom from = factory.getClientConfiguration().getReadFrom().orElse(ReadFrom.UPSTREAM);
    // Its older name MASTER is another object of the same class.
    if (from.getClass() != ReadFrom.UPSTREAM.getClass()) {
      throw new IllegalArgumentException(
          "a connection factory that reads from replicas: use ReadFrom.UPSTREAM");
    }
  }
}
