package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jboss.logging.Logger;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;

/**
 * Says in Redis up to which time its revocations are complete, so that whoever asks Redis about a
 * token can tell "not revoked" from "emptied" and from "nobody feeds it". Each node bears a key
 * with that time. Replicas get it after the revocations it speaks of: Redis replicates in order.
 */
public final class Watermark {

  /** How long the key stays when nobody renews it. */
  static final Duration LIFE = Duration.ofHours(1);

  private static final Logger LOG = Logger.getLogger(Watermark.class);

  /**
   * Writes the key only where the epoch is still the one in which the revocations were pushed: a
   * node that was emptied a moment ago must not look complete.
   */
  private static final String SCRIPT =
      """
      local epoch = redis.call('GET', KEYS[1])
      for i = 3, #ARGV do
        if epoch == ARGV[i] then
          redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
          return 1
        end
      end
      return 0
      """;

  private final RedisConnection redis;

  /** Over a connection. */
  public Watermark(RedisConnection redis) {
    this.redis = redis;
  }

  /**
   * Writes the time to every node that is still in one of the epochs.
   *
   * @param epochs those in which everything revoked until then has been pushed
   * @param completeUntil milliseconds since 1970
   * @return the number of nodes that took it
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer; others may have
   *     taken it
   */
  public int write(SortedSet<String> epochs, long completeUntil) {
    int written = 0;
    for (RedisNode node : redis.nodes()) {
      if (write(node, epochs, completeUntil)) {
        written++;
      } else {
        LOG.debugf("Redis node %s is in a new epoch: no watermark yet.", node.address());
      }
    }
    return written;
  }

  private boolean write(RedisNode node, SortedSet<String> epochs, long completeUntil) {
    List<String> keys =
        List.of(redis.key(RedisKeys.epoch(node)), redis.key(RedisKeys.complete(node)));
    return redis.pipeline(
        node,
        pipeline -> {
          Response<Object> server = pipeline.sendCommand(Protocol.Command.INFO, "server");
          Response<Object> replication = pipeline.sendCommand(Protocol.Command.INFO, "replication");
          pipeline.sync();
          // The script runs on this connection, thus in the process that answered.
          String life = Epochs.life(server.get(), replication.get());
          List<String> arguments = new ArrayList<>();
          arguments.add(Long.toString(completeUntil));
          arguments.add(Long.toString(LIFE.toMillis()));
          for (String epoch : epochs) {
            arguments.add(new Epochs.Value(life, epoch).toString());
          }
          Response<Object> written = pipeline.eval(SCRIPT, keys, arguments);
          pipeline.sync();
          return Long.valueOf(1).equals(written.get());
        });
  }
}
