package dev.bulwark.checker;

import static org.awaitility.Awaitility.await;

import dev.bulwark.testing.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis process on the loopback interface: the machine's own Redis or Valkey where there is
 * one, else the Redis 6.2 of a Maven artifact. It can be stopped, started again, and halted by a
 * signal.
 */
public final class RedisProcess implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(20);
  private static final String ISSUER = "https://sso.example.org/realms/app";

  private static final String EXECUTABLE = executable();

  private final Path folder;
  private final int port;
  private final List<String> arguments;
  private @Nullable Process process;

  private RedisProcess(Path folder, int port, List<String> arguments) {
    this.folder = folder;
    this.port = port;
    this.arguments = arguments;
  }

  /** Starts one, without persistence. */
  public static RedisProcess start(String... arguments) {
    RedisProcess redis =
        new RedisProcess(newFolder(), FreePort.next(), new ArrayList<>(List.of(arguments)));
    redis.startAgain();
    return redis;
  }

  /** Starts a Sentinel that watches a primary. */
  static RedisProcess sentinel(String master, RedisProcess primary) {
    Path folder = newFolder();
    int port = FreePort.next();
    Path file = folder.resolve("sentinel.conf");
    try {
      Files.writeString(
          file,
          String.join(
              "\n",
              "port " + port,
              "bind 127.0.0.1",
              "dir " + folder,
              "sentinel monitor " + master + " 127.0.0.1 " + primary.port() + " 1",
              "sentinel down-after-milliseconds " + master + " 500",
              "sentinel failover-timeout " + master + " 3000",
              ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    RedisProcess sentinel = new RedisProcess(folder, port, List.of(file.toString(), "--sentinel"));
    sentinel.startAgain();
    return sentinel;
  }

  private static String executable() {
    for (String name : List.of("redis-server", "valkey-server")) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        Path candidate = Path.of(folder, name);
        if (Files.isExecutable(candidate)) {
          return candidate.toString();
        }
      }
    }
    try {
      return ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("bulwark-redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it, empty, on its port, and waits until it answers. */
  public void startAgain() {
    List<String> command = new ArrayList<>(List.of(EXECUTABLE));
    if (arguments.contains("--sentinel")) {
      command.addAll(arguments);
    } else {
      command.addAll(
          List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", folder.toString()));
      command.addAll(List.of("--save", "", "--appendonly", "no"));
      command.addAll(arguments);
    }
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(START).ignoreExceptionsInstanceOf(JedisException.class).until(this::answers);
  }

  private boolean answers() {
    try (Jedis jedis = connect()) {
      return jedis.ping().equals("PONG");
    }
  }

  public int port() {
    return port;
  }

  HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  /** A connection of the test itself. */
  public Jedis connect() {
    return new Jedis("127.0.0.1", port, 5000);
  }

  /** As Keycloak does: a token is revoked. */
  public void revoke(String jti) {
    try (Jedis jedis = connect()) {
      jedis.setex("revoked:" + jti, 900, "1");
    }
  }

  /** A token of the realm that is fed. */
  public static TokenRef token(@Nullable String jti) {
    return token(jti, null);
  }

  /** A token of that realm, issued at a time. */
  static TokenRef token(@Nullable String jti, @Nullable Instant issuedAt) {
    return new TokenRef(jti, ISSUER, issuedAt);
  }

  /** As Keycloak does: everything revoked until now is there. */
  public void feed() {
    feed(System.currentTimeMillis());
  }

  void feed(long completeUntil) {
    try (Jedis jedis = connect()) {
      jedis.psetex("revocation:complete", 3_600_000, Long.toString(completeUntil));
      jedis.set("revocation:realm:app", "0 -");
    }
  }

  /** How often a command has been called since the process began. */
  long calls(String command) {
    try (Jedis jedis = connect()) {
      return jedis
          .info("commandstats")
          .lines()
          .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
          .mapToLong(line -> Long.parseLong(line.replaceFirst(".*:calls=(\\d+),.*", "$1")))
          .sum();
    }
  }

  /** For example {@code 8.0.2}. */
  String version() {
    try (Jedis jedis = connect()) {
      return jedis
          .info("server")
          .lines()
          .filter(line -> line.startsWith("redis_version:"))
          .map(line -> line.substring("redis_version:".length()).trim())
          .findFirst()
          .orElseThrow();
    }
  }

  /** Connections stay open, but nothing is answered. */
  void halt() {
    signal("-STOP");
  }

  void goOn() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      int exit =
          new ProcessBuilder("kill", signal, Long.toString(running().pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill " + signal + " exited with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }

  /** Kills it; what it held is lost. */
  public void stop() {
    Process current = running();
    current.destroyForcibly();
    try {
      if (!current.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("redis-server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stop();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
