package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;

/**
 * Finds out whether a Redis node still holds what has been pushed to it. Each node bears a key with
 * an epoch and the run id of the server process that got it. The key is gone after a flush; the run
 * id differs after a restart or a fail-over, when the node may have lost the last writes. In both
 * cases the node gets a new epoch, and what was pushed in the old one counts as not pushed.
 */
public final class Epochs {

  private static final Logger LOG = Logger.getLogger(Epochs.class);

  private final RedisConnection redis;

  /** Over a connection. */
  public Epochs(RedisConnection redis) {
    this.redis = redis;
  }

  /**
   * The epochs of all nodes; nodes whose epoch is over get a new one.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public SortedSet<String> check() {
    SortedSet<String> epochs = new TreeSet<>();
    for (RedisNode node : redis.nodes()) {
      epochs.add(check(node));
    }
    return epochs;
  }

  private String check(RedisNode node) {
    String key = redis.key(RedisKeys.epoch(node));
    return redis.pipeline(
        node,
        pipeline -> {
          Response<Object> info = pipeline.sendCommand(Protocol.Command.INFO, "server");
          Response<String> stored = pipeline.get(key);
          pipeline.sync();
          String runId = runId(info.get());
          Value value = Value.parse(stored.get());
          if (value != null && value.runId().equals(runId)) {
            return value.epoch();
          }
          Value fresh = new Value(runId, UUID.randomUUID().toString().replace("-", ""));
          Response<String> set = pipeline.set(key, fresh.toString());
          pipeline.sync();
          set.get();
          LOG.infof(
              "Redis node %s %s: what has been revoked is pushed to it again.",
              node.address(), value == null ? "is empty" : "is another process than before");
          return fresh.epoch();
        });
  }

  static String runId(Object info) {
    String text =
        info instanceof byte[] bytes
            ? new String(bytes, StandardCharsets.UTF_8)
            : String.valueOf(info);
    for (String line : text.split("\r?\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("run_id:")) {
        return line.substring("run_id:".length()).trim();
      }
    }
    return "unknown";
  }

  /**
   * What the epoch key holds.
   *
   * @param runId of the process that got it
   * @param epoch 32 hexadecimal digits
   */
  record Value(String runId, String epoch) {

    static @Nullable Value parse(@Nullable String text) {
      if (text == null) {
        return null;
      }
      int colon = text.indexOf(':');
      return colon < 0 ? null : new Value(text.substring(0, colon), text.substring(colon + 1));
    }

    @Override
    public String toString() {
      return runId + ":" + epoch;
    }
  }
}
