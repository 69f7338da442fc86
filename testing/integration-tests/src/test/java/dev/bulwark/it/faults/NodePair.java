package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.FreePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Two Keycloak nodes with one database (PostgreSQL) and one Redis, which have found each other.
 * They have one name, as behind a load balancer: tokens of one are good at the other.
 */
public final class NodePair implements AutoCloseable {

  /** The address that both nodes name. */
  public static final String PUBLIC_URL = "https://auth.example.org";

  private final DatabaseProcess database;
  private final @Nullable RedisProcess redis;
  private final FaultServer first;
  private final FaultServer second;

  private NodePair(
      DatabaseProcess database,
      @Nullable RedisProcess redis,
      FaultServer first,
      FaultServer second) {
    this.database = database;
    this.redis = redis;
    this.first = first;
    this.second = second;
  }

  /**
   * Starts them, and waits until both see both and Redis.
   *
   * @param name what the names of the nodes begin with
   * @param more adds the options of the node of a name
   */
  public static NodePair start(
      String name, BiFunction<String, ServerSpec.Builder, ServerSpec.Builder> more) {
    return start(PostgresProcess.prepared(), name, more);
  }

  /** Starts them with a database, which they close. */
  public static NodePair start(
      DatabaseProcess database,
      String name,
      BiFunction<String, ServerSpec.Builder, ServerSpec.Builder> more) {
    RedisProcess redis = RedisProcess.start();
    return start(database, redis, redis.url(), name, more);
  }

  /**
   * Starts them with a Redis of the test.
   *
   * @param redisUrl of a server, of Sentinels or of a cluster
   */
  public static NodePair startWith(
      String redisUrl,
      String name,
      BiFunction<String, ServerSpec.Builder, ServerSpec.Builder> more) {
    return start(PostgresProcess.prepared(), null, redisUrl, name, more);
  }

  private static NodePair start(
      DatabaseProcess database,
      @Nullable RedisProcess redis,
      String redisUrl,
      String name,
      BiFunction<String, ServerSpec.Builder, ServerSpec.Builder> more) {
    NodePair pair =
        new NodePair(
            database,
            redis,
            node(name + "-1", redisUrl, database, more),
            node(name + "-2", redisUrl, database, more));
    pair.awaitBoth("vendor_cluster_size", 2);
    pair.awaitRedis(1);
    return pair;
  }

  private static FaultServer node(
      String name,
      String redisUrl,
      DatabaseProcess database,
      BiFunction<String, ServerSpec.Builder, ServerSpec.Builder> more) {
    return FaultServer.start(name, redisUrl, database, spec -> more.apply(name, clustered(spec)));
  }

  /** A node that finds the others of its database, on this machine. */
  static ServerSpec.Builder clustered(ServerSpec.Builder spec) {
    return spec.option("hostname", PUBLIC_URL)
        .option("cache", "ispn")
        .option("cache-stack", "jdbc-ping")
        .option("cache-embedded-network-bind-address", "127.0.0.1")
        .option("cache-embedded-network-bind-port", Integer.toString(FreePort.next()));
  }

  /** Waits until two nodes have found each other and their Redis. */
  static void awaitTogether(FaultServer one, FaultServer two) {
    await("two nodes, each with the other and Redis")
        .atMost(SOON)
        .until(
            () ->
                one.metric("vendor_cluster_size") == 2
                    && two.metric("vendor_cluster_size") == 2
                    && one.metric("bulwark_redis_up") == 1
                    && two.metric("bulwark_redis_up") == 1);
  }

  private void awaitBoth(String metric, double value) {
    await(metric + " = " + value)
        .atMost(SOON)
        .until(() -> first.metric(metric) == value && second.metric(metric) == value);
  }

  /** Waits until both nodes know that Redis is there (1) or away (0). */
  public void awaitRedis(double up) {
    first.awaitRedisUp(up);
    second.awaitRedisUp(up);
  }

  public FaultServer first() {
    return first;
  }

  public FaultServer second() {
    return second;
  }

  /** One after the other, and again. */
  public FaultServer inTurn(int number) {
    return number % 2 == 0 ? first : second;
  }

  /** The Redis of these nodes; not of those that have one of the test. */
  public RedisProcess redis() {
    return Objects.requireNonNull(redis, "the test has started Redis itself");
  }

  public DatabaseProcess database() {
    return database;
  }

  @Override
  public void close() {
    List<AutoCloseable> parts = new ArrayList<>(List.of(first, second));
    if (redis != null) {
      parts.add(redis);
    }
    parts.add(database);
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
