package dev.bulwark.revocation.push;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What a Redis node says about itself. A node may refuse to say it: a proxy or a managed service
 * that hides {@code INFO}, an ACL user without {@code +info} or {@code +time}. That is no outage.
 *
 * @param life tells one term of a process as primary from the next: the id of the process (its run
 *     id), and that of the replication history, which a replica changes when it becomes a primary.
 *     The run id alone would not show a failover there and back between two looks, which may have
 *     cost the last writes. (A primary that nobody has replicated from for long changes the history
 *     too: then once more is pushed than needed.)
 * @param clock of the node, milliseconds since 1970; empty if it does not say
 */
record NodeInfo(String life, OptionalLong clock) {

  private static final String UNKNOWN = "unknown";

  /** Returns whether a failover or a restart can be noticed. */
  boolean isIdentified() {
    return !life.contains(UNKNOWN);
  }

  /** Adds the questions to a pipeline. */
  static Question ask(AbstractPipeline pipeline) {
    return new Question(
        pipeline.sendCommand(Protocol.Command.INFO, "server"),
        pipeline.sendCommand(Protocol.Command.INFO, "replication"),
        pipeline.sendCommand(Protocol.Command.TIME, new String[0]));
  }

  /** Questions in a pipeline. */
  record Question(Response<Object> server, Response<Object> replication, Response<Object> time) {

    /** Reads the answers, after the pipeline's {@code sync()}. */
    NodeInfo answer() {
      return of(value(server), value(replication), value(time));
    }

    private static @Nullable Object value(Response<Object> response) {
      try {
        return response.get();
      } catch (JedisDataException e) {
        // "unknown command" or NOPERM: the node hides it.
        return null;
      }
    }
  }

  /**
   * From answers.
   *
   * @param server of {@code INFO server}; null if it was refused
   * @param replication of {@code INFO replication}; null if it was refused
   * @param time of {@code TIME}; null if it was refused
   */
  static NodeInfo of(@Nullable Object server, @Nullable Object replication, @Nullable Object time) {
    OptionalLong clock = millis(time);
    return new NodeInfo(
        line(server, "run_id:") + "/" + line(replication, "master_replid:"),
        clock.isPresent() ? clock : microseconds(line(server, "server_time_usec:")));
  }

  private static OptionalLong millis(@Nullable Object time) {
    if (time instanceof List<?> parts && parts.size() == 2) {
      OptionalLong micros = microseconds(text(parts.get(1)));
      OptionalLong seconds = microseconds(text(parts.get(0)) + "000000");
      if (micros.isPresent() && seconds.isPresent()) {
        return OptionalLong.of(seconds.getAsLong() + micros.getAsLong());
      }
    }
    return OptionalLong.empty();
  }

  /** In milliseconds. */
  private static OptionalLong microseconds(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text) / 1000);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static String line(@Nullable Object info, String name) {
    for (String line : text(info).split("\r?\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name)) {
        return line.substring(name.length()).trim();
      }
    }
    return UNKNOWN;
  }

  private static String text(@Nullable Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(value);
  }
}
