package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/**
 * The library with the versions of Jedis that Spring Boot 3.5 and 4.0 manage, and with the newest,
 * each on a class path of its own. An application takes the version that its own dependency
 * management says, whatever this library was compiled against. (R5)
 */
class JedisVersionsIT {

  private static final Path FOLDER = Path.of("target", "jedis");

  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.start();
    Keys keys = new Keys("");
    for (int i = 0; i < 3; i++) {
      try (Jedis jedis = cluster.node(i).connect()) {
        String complete = keys.complete(TestCluster.FIRST_SLOTS.get(i));
        jedis.psetex(complete, 3_600_000, "" + System.currentTimeMillis());
        jedis.set(keys.state(complete, "app"), "0 -");
      }
    }
    cluster.of("revoked:bad").revoke("bad");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  static List<Path> versions() throws IOException {
    try (Stream<Path> jars = Files.list(FOLDER)) {
      List<Path> found = jars.sorted().toList();
      assertThat(found).as("of maven-dependency-plugin").hasSize(3);
      return found;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("versions")
  void aVerdictWithEveryTopology(Path jedis) throws Exception {
    try (RedisProcess redis = RedisProcess.start();
        URLClassLoader loader = classPath(jedis)) {
      redis.feed();
      redis.revoke("bad");
      Object report =
          loader
              .loadClass(JedisProbe.class.getName())
              .getMethod("report", int.class, int.class)
              .invoke(null, redis.port(), cluster.address().getPort());
      assertThat(report.toString().lines())
          .containsExactly(
              "standalone: LIVE REVOKED",
              "url: LIVE REVOKED",
              "own client: LIVE REVOKED",
              "cluster: LIVE REVOKED",
              "sentinel away: UNKNOWN UNKNOWN",
              "cluster away: UNKNOWN UNKNOWN",
              "away: UNKNOWN UNKNOWN");
    }
  }

  /** This test's, with another Jedis; nothing is shared but the JDK. */
  private static URLClassLoader classPath(Path jedis) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    urls.add(jedis.toUri().toURL());
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!Path.of(entry).getFileName().toString().startsWith("jedis-")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }
}
