package dev.bulwark.checker;

import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.Set;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;

/** Runs with any version of Jedis, loaded by {@link JedisVersionsIT}. */
public final class JedisProbe {

  private static final JedisSettings SETTINGS =
      JedisSettings.builder()
          .connectTimeout(Duration.ofSeconds(5))
          .commandTimeout(Duration.ofSeconds(5))
          .build();
  private static final HostAndPort NOBODY = new HostAndPort("127.0.0.1", 1);

  private JedisProbe() {}

  /**
   * What checks of a good and of a bad token say.
   *
   * @param port of a single server
   * @param cluster port of a node of a cluster
   */
  public static String report(int port, int cluster) throws ReflectiveOperationException {
    try (UnifiedJedis own = client(port)) {
      return String.join(
          "\n",
          line("standalone", JedisAccess.standalone("127.0.0.1", port, SETTINGS)),
          line("url", JedisAccess.of("redis://127.0.0.1:" + port, SETTINGS)),
          line("own client", JedisAccess.of(own)),
          line("cluster", JedisAccess.of("redis-cluster://127.0.0.1:" + cluster, SETTINGS)),
          line("sentinel away", JedisAccess.sentinel("main", Set.of(NOBODY), SETTINGS, SETTINGS)),
          line("cluster away", JedisAccess.cluster(Set.of(NOBODY), SETTINGS)),
          line("away", JedisAccess.standalone("127.0.0.1", 1, SETTINGS)));
    }
  }

  private static String line(String name, JedisAccess access) {
    try (RevocationChecker checker = new RevocationChecker(access, CheckerOptions.failClosed())) {
      return name
          + ": "
          + checker.check(RedisProcess.token("good"))
          + " "
          + checker.check(RedisProcess.token("bad"));
    }
  }

  /** Of a class that this version has. */
  private static UnifiedJedis client(int port) throws ReflectiveOperationException {
    try {
      return (UnifiedJedis)
          Class.forName("redis.clients.jedis.RedisClient")
              .getMethod("create", String.class, int.class)
              .invoke(null, "127.0.0.1", port);
    } catch (ClassNotFoundException e) {
      return (UnifiedJedis)
          Class.forName("redis.clients.jedis.JedisPooled")
              .getConstructor(String.class, int.class)
              .newInstance("127.0.0.1", port);
    }
  }
}
