package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;

/**
 * Finds out whether a Redis node still holds what has been pushed to it. Each node bears a key with
 * an epoch and the {@link NodeInfo#life} that got it. The key is gone after a flush; the life is
 * another after a restart or a fail-over, when the node may have lost the last writes. In both
 * cases all nodes get new epochs, and what was pushed in the old ones counts as not pushed.
 */
public final class Epochs {

  private static final Logger LOG = Logger.getLogger(Epochs.class);

  /** By so much the clock of a node must move for its keys to be written again, milliseconds. */
  private static final long CLOCK_JUMP = 1_000;

  private final RedisConnection redis;
  private final NodeWatch watch;
  private final Clock clock;

  /** How far the clock of a node was ahead when its keys were written. */
  private final Map<String, Long> clocks = new HashMap<>();

  /** Over a connection. */
  public Epochs(RedisConnection redis, RevocationMetrics metrics, Clock clock) {
    this.redis = redis;
    this.watch = new NodeWatch(metrics);
    this.clock = clock;
  }

  /**
   * The epochs of all nodes. If the epoch of one is over, all get new ones: keys move with the hash
   * slots of a cluster, so what was pushed to one node can be at another that has lost it.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public SortedSet<String> check() {
    List<State> states = redis.nodes().stream().map(this::read).toList();
    watch.see(states.stream().map(State::sight).toList());
    SortedSet<String> epochs = new TreeSet<>();
    if (states.stream().allMatch(State::isCurrent)) {
      states.forEach(state -> epochs.add(Objects.requireNonNull(state.stored()).epoch()));
      return epochs;
    }
    for (State state : states) {
      epochs.add(renew(state));
    }
    return epochs;
  }

  private State read(RedisNode node) {
    return redis.pipeline(
        node,
        pipeline -> {
          long asked = clock.millis();
          NodeInfo.Question question = NodeInfo.ask(pipeline);
          Response<String> stored = pipeline.get(key(node));
          pipeline.sync();
          NodeWatch.Sight sight =
              NodeWatch.Sight.of(node, question.answer(), asked, clock.millis());
          return new State(sight, hasJumped(sight), Value.parse(stored.get()));
        });
  }

  /** A clock that was set ahead ends keys before their time. */
  private boolean hasJumped(NodeWatch.Sight sight) {
    String address = sight.node().address();
    long before = clocks.computeIfAbsent(address, a -> sight.ahead());
    return Math.abs(sight.ahead() - before) >= CLOCK_JUMP;
  }

  private String renew(State state) {
    clocks.put(state.node().address(), state.sight().ahead());
    Value fresh = new Value(state.life(), UUID.randomUUID().toString().replace("-", ""));
    redis.pipeline(
        state.node(),
        pipeline -> {
          Response<String> set = pipeline.set(key(state.node()), fresh.toString());
          pipeline.sync();
          return set.get();
        });
    if (!state.isCurrent()) {
      LOG.infof(
          "Redis node %s %s. All revocations are pushed again.",
          state.node().address(), state.reason());
    }
    return fresh.epoch();
  }

  private String key(RedisNode node) {
    return redis.key(RedisKeys.epoch(node));
  }

  /**
   * What a node says.
   *
   * @param clockJumped whether its clock has been set since its keys were written
   * @param stored null if it holds no epoch
   */
  private record State(NodeWatch.Sight sight, boolean clockJumped, @Nullable Value stored) {

    RedisNode node() {
      return sight.node();
    }

    String life() {
      return sight.info().life();
    }

    boolean isCurrent() {
      return stored != null && stored.life().equals(life()) && !clockJumped;
    }

    String reason() {
      if (stored == null) {
        return "is empty";
      }
      return stored.life().equals(life())
          ? "has another time than before"
          : "is another process than before, or has been a replica meanwhile";
    }
  }

  /**
   * What the epoch key holds.
   *
   * @param life in which it got it
   * @param epoch 32 hexadecimal digits
   */
  record Value(String life, String epoch) {

    static @Nullable Value parse(@Nullable String text) {
      if (text == null) {
        return null;
      }
      int colon = text.indexOf(':');
      return colon < 0 ? null : new Value(text.substring(0, colon), text.substring(colon + 1));
    }

    @Override
    public String toString() {
      return life + ":" + epoch;
    }
  }
}
