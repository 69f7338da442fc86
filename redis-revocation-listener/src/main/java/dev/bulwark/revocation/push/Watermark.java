package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * Says in Redis up to which time its revocations are complete, so that an application can tell "not
 * revoked" from "emptied" and from "not fed". Each node bears a key with that time. Replicas get it
 * after the revocations it speaks of: Redis replicates in order.
 *
 * <p>The key has a short life, and a late command never brings it back: a node that was halted for
 * longer than that life has none when it goes on. Thread-safe.
 */
public final class Watermark {

  private static final Logger LOG = Logger.getLogger(Watermark.class);

  /** Time of no revocation: no application believes it. */
  private static final String NEVER = "0";

  /**
   * Life of a state whose realm the leader does not know: it has gone, or was made since the last
   * round. A realm that is imported anew thus has one all the time. Far longer than a round.
   */
  private static final Duration UNCONFIRMED_LIFE = Duration.ofMinutes(1);

  /**
   * Writes the key only where the epoch is still the one in which the revocations were pushed: a
   * node that was emptied a moment ago must not look complete. And only for the leader that was the
   * last to announce itself: an older one does not know what happened since. A renewal changes
   * nothing but the life of the value that is there.
   *
   * <p>Keys: epoch, leader, watermark, names of realms, states of realms. Arguments: value, "write"
   * or "renew", leader, PX or PXAT, life, names or nothing, number of epochs, epochs, states. An
   * empty state stands for the one that is there, which goes after {@link #UNCONFIRMED_LIFE}; it
   * needs no right to delete.
   */
  private static final String SCRIPT =
      """
      local epoch = redis.call('GET', KEYS[1])
      if ARGV[2] == 'renew' then
        if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
      elseif redis.call('GET', KEYS[2]) ~= ARGV[3] then
        return 0
      end
      local last = 7 + tonumber(ARGV[7])
      for i = 8, last do
        if epoch == ARGV[i] then
          for k = 5, #KEYS do
            local state = ARGV[last + k - 4]
            local before = state == '' and redis.call('GET', KEYS[k])
            if before then
              redis.call('SET', KEYS[k], before, 'PX', %1$d)
            elseif state ~= '' then
              redis.call('SET', KEYS[k], state)
            end
          end
          if ARGV[6] ~= '' then redis.call('SET', KEYS[4], ARGV[6]) end
          redis.call('SET', KEYS[3], ARGV[1], ARGV[4], ARGV[5])
          return 1
        end
      end
      return 0
      """
          .formatted(UNCONFIRMED_LIFE.toMillis());

  /** Keys: state of a realm. Argument: the state. One that a leader has written stays. */
  private static final String NEW_REALM_SCRIPT =
      """
      if redis.call('TTL', KEYS[1]) ~= -1 then
        redis.call('SET', KEYS[1], ARGV[1], 'PX', %1$d)
      end
      return 1
      """
          .formatted(UNCONFIRMED_LIFE.toMillis());

  private final RedisConnection redis;

  /** Over a connection. */
  public Watermark(RedisConnection redis) {
    this.redis = redis;
  }

  /**
   * What has been written.
   *
   * @param leader who wrote it
   * @param epochs those in which everything revoked until then has been pushed
   * @param completeUntil milliseconds since 1970
   */
  public record Value(String leader, SortedSet<String> epochs, long completeUntil) {}

  /**
   * States of realms that change with it. They are written before the time.
   *
   * @param states by the name of the realm
   * @param all whether these are all there are: each other state that a node has goes
   */
  public record States(Map<String, String> states, boolean all) {

    /** No change. */
    public static final States SAME = new States(Map.of(), false);
  }

  /**
   * Makes a leader the only one that can write to any node from now on.
   *
   * @param withdraw whether the nodes lose the watermark that they have, since a revocation may
   *     have been missed
   * @return the leaders that had announced themselves to the nodes before
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public Set<String> announce(String leader, boolean withdraw) {
    Set<String> earlier = new HashSet<>();
    for (RedisNode node : redis.nodes()) {
      String before =
          redis.pipeline(
              node,
              pipeline -> {
                Response<String> withdrawn =
                    withdraw
                        ? pipeline.set(complete(node), NEVER, SetParams.setParams().ex(60))
                        : null;
                Response<String> announced = pipeline.setGet(leader(node), leader);
                pipeline.sync();
                if (withdrawn != null) {
                  // A refused command shows only when its response is read.
                  withdrawn.get();
                }
                return announced.get();
              });
      if (before != null) {
        earlier.add(before);
      }
    }
    return earlier;
  }

  /**
   * Writes the time to every node that is still in one of the epochs.
   *
   * @param life how long the key stays unless it is renewed
   * @return whether every node took it
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer; others may have
   *     taken it
   */
  public boolean write(Value value, States states, Duration life) {
    return onAllNodes(value, states, life, "write");
  }

  /**
   * Gives a realm that has just been made its state, which the next leader to write confirms.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public void introduce(String realm, String state) {
    for (RedisNode node : redis.nodes()) {
      redis.pipeline(
          node,
          pipeline -> {
            String key = redis.key(RedisKeys.state(node, realm));
            Response<Object> written =
                pipeline.eval(NEW_REALM_SCRIPT, List.of(key), List.of(state));
            pipeline.sync();
            return written.get();
          });
    }
  }

  /**
   * Lets nodes that bear the value keep it for a whole life from now on.
   *
   * @return whether every node has it
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public boolean renew(Value value, Duration life) {
    return onAllNodes(value, States.SAME, life, "renew");
  }

  private boolean onAllNodes(Value value, States states, Duration life, String mode) {
    boolean all = true;
    for (RedisNode node : redis.nodes()) {
      if (!onNode(node, value, states, life, mode)) {
        LOG.debugf(
            "Redis node %s is in a new epoch or has another leader: no watermark yet.",
            node.address());
        all = false;
      }
    }
    return all;
  }

  private boolean onNode(RedisNode node, Value value, States states, Duration life, String mode) {
    return redis.pipeline(
        node,
        pipeline -> {
          NodeInfo.Question question = NodeInfo.ask(pipeline);
          String names = redis.key(RedisKeys.realms(node));
          Response<String> before = states.all() ? pipeline.get(names) : null;
          pipeline.sync();
          // The script runs on this connection, thus in the process that answered.
          NodeInfo info = question.answer();
          Map<String, String> changes = changes(states, before == null ? null : before.get());
          List<String> keys = new ArrayList<>();
          keys.addAll(List.of(redis.key(RedisKeys.epoch(node)), leader(node), complete(node)));
          keys.add(names);
          changes.keySet().forEach(realm -> keys.add(redis.key(RedisKeys.state(node, realm))));
          List<String> arguments = new ArrayList<>();
          arguments.add(Long.toString(value.completeUntil()));
          arguments.add(mode);
          arguments.add(value.leader());
          // By the node's clock, so that a node that is halted now and goes on later runs the
          // script in vain.
          arguments.add(info.clock().isPresent() ? "PXAT" : "PX");
          arguments.add(Long.toString(info.clock().orElse(0) + life.toMillis()));
          arguments.add(states.all() ? String.join("\n", states.states().keySet()) : "");
          arguments.add(Integer.toString(value.epochs().size()));
          for (String epoch : value.epochs()) {
            arguments.add(new Epochs.Value(info.life(), epoch).toString());
          }
          arguments.addAll(changes.values());
          Response<Object> written = pipeline.eval(SCRIPT, keys, arguments);
          pipeline.sync();
          return Long.valueOf(1).equals(written.get());
        });
  }

  /** What a node has to change: an empty state is to go. */
  private static Map<String, String> changes(States states, @Nullable String names) {
    Map<String, String> changes = new LinkedHashMap<>(states.states());
    if (names != null) {
      names.lines().forEach(name -> changes.putIfAbsent(name, ""));
    }
    return changes;
  }

  private String complete(RedisNode node) {
    return redis.key(RedisKeys.complete(node));
  }

  private String leader(RedisNode node) {
    return redis.key(RedisKeys.leader(node));
  }
}
