package dev.bulwark.checker.springdata;

import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.RedisUnavailableException;
import dev.bulwark.checker.RedisUnavailableException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The Redis that Keycloak feeds, by Spring Data Redis 3.5 to 4.1: single server, Sentinel or
 * Cluster, as the connection factory is set up. Thread-safe.
 */
public final class SpringDataAccess implements RedisAccess {

  private static final int SLOTS = 16_384;

  private final RedisConnectionFactory factory;
  private final Duration longestAttempt;
  private final ConnectGate gate;
  private final Runnable reset;
  private final Runnable close;

  private SpringDataAccess(
      RedisConnectionFactory factory, Duration longestAttempt, Runnable reset, Runnable close) {
    this.factory = factory;
    this.longestAttempt = longestAttempt;
    this.gate = new ConnectGate(longestAttempt);
    this.reset = reset;
    this.close = close;
  }

  /**
   * A connection factory as it is, with the application's own timeouts and pool; {@link #close()}
   * leaves it open.
   *
   * @param longestAttempt how long one call of this factory may take to connect and to ask
   * @throws IllegalArgumentException if it is one of Lettuce that reads from replicas
   */
  public static SpringDataAccess of(RedisConnectionFactory factory, Duration longestAttempt) {
    if (factory instanceof LettuceConnectionFactory lettuce) {
      LettuceReads.requirePrimary(lettuce);
    }
    return new SpringDataAccess(factory, longestAttempt, () -> {}, () -> {});
  }

  /**
   * A connection of its own to the Redis of a Lettuce connection factory. It has the same
   * credentials, or the same provider of them, and the same TLS. Its waits are bounded: Lettuce's
   * own default is 60 s. {@link #close()} closes it, and leaves the application's factory open.
   *
   * @param connectTimeout 10 ms to 60 s
   * @param commandTimeout 10 ms to 60 s
   * @throws IllegalArgumentException if it was made from static nodes of a primary and replicas
   */
  public static SpringDataAccess lettuce(
      LettuceConnectionFactory application, Duration connectTimeout, Duration commandTimeout) {
    LettuceConnectionFactory own = LettuceCopy.of(application, connectTimeout, commandTimeout);
    return new SpringDataAccess(
        own, connectTimeout.plus(commandTimeout), own::resetConnection, own::destroy);
  }

  @Override
  public List<@Nullable String> mget(List<String> keys) {
    byte[][] names = keys.stream().map(SpringDataAccess::bytes).toArray(byte[][]::new);
    return ask(
        connection -> {
          List<byte @Nullable []> values = connection.stringCommands().mGet(names);
          if (values == null) {
            throw new IllegalStateException("a connection in a pipeline or a transaction");
          }
          List<@Nullable String> texts = new ArrayList<>(values.size());
          for (byte @Nullable [] value : values) {
            texts.add(value == null ? null : new String(value, StandardCharsets.UTF_8));
          }
          return texts;
        });
  }

  @Override
  public boolean exists(String key) {
    return ask(connection -> Boolean.TRUE.equals(connection.keyCommands().exists(bytes(key))));
  }

  @Override
  public Duration longestAttempt() {
    return longestAttempt;
  }

  /** Connects to nobody, if the factory is one of Spring Data Redis. */
  @Override
  public boolean isClustered() {
    if (factory instanceof LettuceConnectionFactory lettuce) {
      return lettuce.isClusterAware();
    }
    if (factory instanceof JedisConnectionFactory jedis) {
      return jedis.isRedisClusterAware();
    }
    try (RedisClusterConnection cluster = factory.getClusterConnection()) {
      return true;
    } catch (InvalidDataAccessApiUsageException e) {
      // What factories answer that are not of a cluster.
      return false;
    }
  }

  @Override
  public List<Integer> lowestSlots() {
    return ask(
        factory::getClusterConnection,
        cluster -> {
          List<Integer> lowest = new ArrayList<>();
          BitSet served = new BitSet(SLOTS);
          for (RedisClusterNode node : cluster.clusterCommands().clusterGetNodes()) {
            Set<Integer> slots = node.getSlotRange().getSlots();
            if (node.isMaster() && !slots.isEmpty()) {
              lowest.add(Collections.min(slots));
              slots.forEach(served::set);
            }
          }
          if (served.cardinality() != SLOTS) {
            throw new RedisUnavailableException(
                Kind.OTHER, "No node serves slot " + served.nextClearBit(0) + ".", null);
          }
          return lowest;
        });
  }

  @Override
  public void dropIdleConnections() {
    gate.drop(reset);
  }

  @Override
  public void close() {
    close.run();
  }

  private <T> T ask(Function<RedisConnection, T> question) {
    return ask(factory::getConnection, question);
  }

  private <C extends RedisConnection, T> T ask(Supplier<C> open, Function<C, T> question) {
    int number = ConnectGate.NONE;
    try {
      number = gate.pass(() -> open.get().close());
      try (C connection = open.get()) {
        return question.apply(connection);
      }
    } catch (DataAccessException | IllegalStateException e) {
      // The latter from a factory that has been stopped.
      throw failed(number, SpringDataFailures.of(e));
    } catch (RedisUnavailableException e) {
      throw failed(number, e);
    }
  }

  private RedisUnavailableException failed(int number, RedisUnavailableException failure) {
    if (failure.kind() != Kind.INTERRUPTED) {
      gate.failed(number);
    }
    return failure;
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
