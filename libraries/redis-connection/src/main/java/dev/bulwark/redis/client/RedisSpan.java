package dev.bulwark.redis.client;

import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisOperation;
import dev.bulwark.redis.topology.RedisTopology;
import dev.bulwark.trace.TraceSpan;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Attributes of a call to Redis, by OpenTelemetry's semantic conventions for Redis. {@code
 * db.query.text} is not among them: keys and arguments tell of users and tokens.
 */
final class RedisSpan {

  /** With which an error of Redis begins, for example {@code READONLY}. */
  private static final Pattern PREFIX = Pattern.compile("^[A-Z]+(?= |$)");

  private RedisSpan() {}

  static void describe(
      TraceSpan span, RedisOperation operation, RedisTopology open, @Nullable RedisNode node) {
    if (span == TraceSpan.NONE) {
      return;
    }
    span.set("db.system.name", "redis");
    span.set("db.operation.name", operation.command());
    span.set("db.namespace", Integer.toString(open.database()));
    String script = operation.script();
    if (script != null) {
      span.set("db.stored_procedure.name", script);
    }
    HostAndPort server = open.server(node);
    if (server != null) {
      span.set("server.address", server.getHost());
      span.set("server.port", server.getPort());
    }
  }

  static void failed(TraceSpan span, JedisException failure) {
    if (span == TraceSpan.NONE) {
      return;
    }
    String message = failure.getMessage();
    if (failure instanceof JedisDataException && message != null) {
      Matcher prefix = PREFIX.matcher(message);
      if (prefix.find()) {
        span.set("db.response.status_code", prefix.group());
      }
    }
    span.failed(RedisFailure.ofCommand(failure).kind().text());
  }
}
