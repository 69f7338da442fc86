package dev.bulwark.redis.client;

import static dev.bulwark.redis.RedisOperation.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.redis.topology.RedisConfig;
import dev.bulwark.testing.MapScope;
import dev.bulwark.testing.Programs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Response;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** The circuit, with a real Redis that comes and goes. */
class GuardedRedisConnectionTest {

  private int port;
  private RedisServer server;

  @BeforeEach
  void startRedis() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    server =
        RedisServer.newRedisServer()
            .executableProvider(executable())
            .bind("127.0.0.1")
            .port(port)
            .setting("save \"\"")
            .onShutdownForceStop(true)
            .build();
    server.start();
  }

  /** The machine's own Redis or Valkey, or the old one of the artifact. */
  private static ExecutableProvider executable() {
    return Programs.find("redis-server")
        .or(() -> Programs.find("valkey-server"))
        .<ExecutableProvider>map(program -> program::toFile)
        .orElseGet(ExecutableProvider::newJarResourceProvider);
  }

  @AfterEach
  void stopRedis() throws IOException {
    server.stop();
  }

  @Test
  void nothingIsSentBeforeTheStart() {
    try (GuardedRedisConnection connection = connection()) {
      assertThat(connection.isAvailable()).isFalse();
      assertThatThrownBy(() -> connection.call(command("PING"), redis -> redis.ping()))
          .isInstanceOf(RedisUnavailableException.class);
    }
  }

  /** R8: a Redis that is missing on purpose is no outage. */
  @Test
  void withoutUrlThereIsNoRedisThatCouldBeAway() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (GuardedRedisConnection connection =
            new GuardedRedisConnection(RedisConfig.from(MapScope.of()), Clock.systemUTC());
        RedisMetrics metrics = new RedisMetrics(registry, connection, Clock.systemUTC())) {
      connection.start();
      assertThat(metrics).isNotNull();
      assertThat(connection.isConfigured()).isFalse();
      assertThat(connection.isAway()).isFalse();
      assertThat(connection.isAvailable()).isFalse();
      assertThatThrownBy(connection::nodes).hasMessageContaining("none is configured");
      assertThat(registry.get("bulwark.redis.up").gauge().value()).isNaN();
    }
  }

  @Test
  void anOutageCostsNothingOnceItIsKnownAndEndsByItself() throws IOException {
    try (GuardedRedisConnection connection = connection()) {
      connection.start();
      awaitAvailable(connection, true);
      String set = connection.call(command("SET"), redis -> redis.set("k", "v"));
      assertThat(set).isEqualTo("OK");

      server.stop();
      assertThatThrownBy(() -> connection.call(command("GET"), redis -> redis.get("k")))
          .isInstanceOf(RedisUnavailableException.class);
      assertThat(connection.isAvailable()).isFalse();
      AtomicInteger sent = new AtomicInteger();
      for (int i = 0; i < 1000; i++) {
        assertThatThrownBy(() -> connection.call(command("GET"), redis -> sent.incrementAndGet()))
            .isInstanceOf(RedisUnavailableException.class);
      }
      assertThat(sent).hasValue(0);
      assertThat(connection.status().error()).isNotBlank();

      server.start();
      awaitAvailable(connection, true);
      String pong = connection.call(command("PING"), redis -> redis.ping());
      assertThat(pong).isEqualTo("PONG");
    }
  }

  @Test
  void aRefusedCommandIsNoOutage() {
    try (GuardedRedisConnection connection = connection()) {
      connection.start();
      awaitAvailable(connection, true);
      connection.call(command("SET"), redis -> redis.set("text", "v"));
      assertThatThrownBy(() -> connection.call(command("INCR"), redis -> redis.incr("text")))
          .isInstanceOf(RedisUnavailableException.class);
      assertThat(connection.isAvailable()).isTrue();
    }
  }

  @Test
  void pipelinesGoToTheNodeOfTheKey() {
    try (GuardedRedisConnection connection = connection()) {
      connection.start();
      awaitAvailable(connection, true);
      assertThat(connection.nodes()).hasSize(1);
      connection
          .route(List.of("a", "b"), connection::key)
          .forEach(
              (node, items) -> {
                String answer =
                    connection.pipeline(
                        node,
                        pipeline -> {
                          Response<String> set = pipeline.set(connection.key("a"), "1");
                          pipeline.sync();
                          return set.get();
                        });
                assertThat(answer).isEqualTo("OK");
              });
      assertThat(connection.key("a")).isEqualTo("test:a");
    }
  }

  @Test
  void anUnusableUrlOrAuthorityLeavesItAwayAndSaysWhy() {
    assertUnusable("url", "nonsense", "spi-redis-connection--default--url");
    try (GuardedRedisConnection connection =
        new GuardedRedisConnection(
            RedisConfig.from(
                MapScope.of("url", "rediss://127.0.0.1:" + port, "tls-ca-file", "/no/such/ca")),
            Clock.systemUTC())) {
      connection.start();
      awaitError(connection, "spi-redis-connection--default--tls-ca-file");
    }
    assertUnusable("url", "redis://:wrong@127.0.0.1:" + port, "AUTH");
  }

  @Test
  void closingTwiceIsHarmless() {
    GuardedRedisConnection connection = connection();
    connection.start();
    awaitAvailable(connection, true);
    connection.close();
    connection.close();
    assertThat(connection.isAvailable()).isFalse();
    assertThatThrownBy(() -> connection.call(command("PING"), redis -> redis.ping()))
        .isInstanceOf(RedisUnavailableException.class);
  }

  private static void assertUnusable(String option, String value, String error) {
    try (GuardedRedisConnection connection =
        new GuardedRedisConnection(
            RedisConfig.from(MapScope.of(option, value)), Clock.systemUTC())) {
      connection.start();
      awaitError(connection, error);
    }
  }

  private static void awaitError(GuardedRedisConnection connection, String text) {
    await().untilAsserted(() -> assertThat(connection.status().error()).contains(text));
    assertThat(connection.isAvailable()).isFalse();
  }

  private static void awaitAvailable(GuardedRedisConnection connection, boolean available) {
    await().until(() -> connection.isAvailable() == available);
  }

  private GuardedRedisConnection connection() {
    return new GuardedRedisConnection(
        RedisConfig.from(
            MapScope.of(
                "url", "redis://127.0.0.1:" + port, "probe-interval", "50", "prefix", "test:")),
        Clock.systemUTC());
  }
}
