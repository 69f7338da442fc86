package dev.bulwark.redis.process;

import static org.awaitility.Awaitility.await;

import dev.bulwark.testing.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A Redis or Valkey server without persistence. It keeps its port when it is started again. Not for
 * use by several threads.
 */
public final class RedisProcess implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(20);

  private final RedisKind kind;
  private final int port;
  private final Map<String, String> settings;
  private final Function<HostAndPort, Jedis> client;
  private final Path folder;
  private LocalProcess process;

  private RedisProcess(
      RedisKind kind,
      int port,
      Map<String, String> settings,
      Function<HostAndPort, Jedis> client,
      Path folder) {
    this.kind = kind;
    this.port = port;
    this.settings = settings;
    this.client = client;
    this.folder = folder;
    this.process = launch();
  }

  public static RedisProcess start() {
    return of(RedisKind.REDIS).start();
  }

  public static Builder of(RedisKind kind) {
    return new Builder(kind);
  }

  public int port() {
    return port;
  }

  /** For example {@code redis://127.0.0.1:6379}, without user and password. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  /** A connection as an operator has it; the caller closes it. */
  public Jedis connect() {
    return client.apply(address());
  }

  /** Runs an operator's command and returns its answer as text. */
  public String admin(String command, String... arguments) {
    try (Jedis jedis = connect()) {
      return text(jedis.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }
  }

  public void configure(String setting, String value) {
    admin("CONFIG", "SET", setting, value);
  }

  public long size() {
    try (Jedis jedis = connect()) {
      return jedis.dbSize();
    }
  }

  public void flushAll() {
    admin("FLUSHALL");
  }

  /** Seconds that a key has left to live; -2 if it does not exist, -1 if it lives forever. */
  public long ttl(String key) {
    try (Jedis jedis = connect()) {
      return jedis.ttl(key);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Process id of the running server. */
  public long pid() {
    return process.pid();
  }

  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** As {@code kill -9} does. What the server held is lost. */
  public void kill() {
    process.kill();
  }

  public void stop() {
    process.stop("TERM");
  }

  /** Starts the ended server again, empty, on the same port. */
  public void startAgain() {
    if (process.isAlive()) {
      throw new IllegalStateException("Redis is still running on port " + port);
    }
    process = launch();
  }

  /** Ends it; a paused server too. Idempotent. */
  @Override
  public void close() {
    process.kill();
  }

  private LocalProcess launch() {
    List<String> command = new ArrayList<>(List.of(kind.require()));
    Map<String, String> all = new LinkedHashMap<>();
    all.put("bind", "127.0.0.1");
    all.put("port", Integer.toString(port));
    all.put("save", "");
    all.put("appendonly", "no");
    all.put("daemonize", "no");
    all.put("dir", Folder.make(folder).toString());
    all.putAll(settings);
    all.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
    LocalProcess started = LocalProcess.start(command, folder.resolve("log.txt"));
    try {
      await("Redis on port " + port)
          .atMost(START)
          .pollInterval(Duration.ofMillis(20))
          .failFast(
              () -> {
                if (!started.isAlive()) {
                  throw new IllegalStateException("Redis ended:\n" + started.output());
                }
              })
          .until(this::answers);
      return started;
    } catch (RuntimeException e) {
      started.kill();
      throw e;
    }
  }

  private boolean answers() {
    try (Jedis jedis = connect()) {
      return "PONG".equals(jedis.ping());
    } catch (JedisException e) {
      return false;
    }
  }

  static String text(@Nullable Object answer) {
    if (answer instanceof byte[] bytes) {
      return SafeEncoder.encode(bytes);
    }
    if (answer instanceof List<?> list) {
      return String.join("\n", list.stream().map(RedisProcess::text).toList());
    }
    return String.valueOf(answer);
  }

  /** Collects settings. */
  public static final class Builder {
    private final RedisKind kind;
    private final int port = FreePort.next();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private DefaultJedisClientConfig.Builder operator =
        DefaultJedisClientConfig.builder().timeoutMillis(5000);

    private Builder(RedisKind kind) {
      this.kind = kind;
    }

    public int port() {
      return port;
    }

    /** A setting as in {@code redis.conf}. */
    public Builder set(String setting, String value) {
      settings.put(setting, value);
      return this;
    }

    /** The default user has a password. */
    public Builder password(String password) {
      operator = operator.password(password);
      return set("requirepass", password).set("masterauth", password);
    }

    /** TLS on the port in place of plain text; clients need no certificate. */
    public Builder tls(TestAuthority authority) {
      // The certificate may bear another host's name: that is for the code under test to see.
      operator =
          operator
              .ssl(true)
              .sslSocketFactory(authority.socketFactory())
              .sslParameters(new SSLParameters());
      authority.settings().forEach(settings::put);
      return set("port", "0").set("tls-port", Integer.toString(port));
    }

    public RedisProcess start() {
      DefaultJedisClientConfig config = operator.build();
      String name = kind.name().toLowerCase(Locale.ROOT) + "-" + port;
      Path folder = Path.of("target", "processes", name).toAbsolutePath();
      Folder.delete(folder);
      return new RedisProcess(kind, port, settings, address -> new Jedis(address, config), folder);
    }
  }
}
