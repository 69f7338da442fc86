package dev.bulwark.redis.process;

import static org.awaitility.Awaitility.await;

import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A primary with one replica and three Sentinels that watch them. A primary that does not answer
 * for a second is replaced.
 */
public final class SentinelGroup implements AutoCloseable {

  /** Name of the group. */
  public static final String NAME = "bulwark";

  private static final Duration START = Duration.ofSeconds(30);

  private final List<RedisProcess> servers = new ArrayList<>();
  private final List<LocalProcess> sentinels = new ArrayList<>();
  private final List<Integer> sentinelPorts = new ArrayList<>();
  private final @Nullable String sentinelPassword;

  private SentinelGroup(@Nullable String sentinelPassword) {
    this.sentinelPassword = sentinelPassword;
  }

  public static SentinelGroup start() {
    return start(null, null);
  }

  /**
   * Starts a group.
   *
   * @param password of the servers' default user, null for none
   * @param sentinelPassword of the Sentinels' default user, null for none
   */
  public static SentinelGroup start(@Nullable String password, @Nullable String sentinelPassword) {
    String program = Programs.require("redis-sentinel", "redis-sentinel").toString();
    SentinelGroup group = new SentinelGroup(sentinelPassword);
    try {
      RedisProcess primary = server(password).start();
      group.servers.add(primary);
      group.servers.add(server(password).set("replicaof", "127.0.0.1 " + primary.port()).start());
      for (int i = 0; i < 3; i++) {
        group.startSentinel(program, primary.port(), password);
      }
      await("the Sentinels know each other and the replica")
          .atMost(START)
          .pollInterval(Duration.ofMillis(100))
          .until(group::isComplete);
      return group;
    } catch (RuntimeException e) {
      group.close();
      throw e;
    }
  }

  private static RedisProcess.Builder server(@Nullable String password) {
    RedisProcess.Builder builder =
        RedisProcess.of(RedisKind.REDIS).set("repl-diskless-sync-delay", "0");
    return password == null ? builder : builder.password(password);
  }

  /** {@code redis-sentinel://…/bulwark}. */
  public String url() {
    return "redis-sentinel://"
        + sentinelPorts.stream().map(p -> "127.0.0.1:" + p).collect(Collectors.joining(","))
        + "/"
        + NAME;
  }

  /** The server that the Sentinels name now. */
  public RedisProcess primary() {
    int port = primaryPort();
    return servers.stream().filter(server -> server.port() == port).findFirst().orElseThrow();
  }

  /** The server that is not the primary now. */
  public RedisProcess replica() {
    int port = primaryPort();
    return servers.stream().filter(server -> server.port() != port).findFirst().orElseThrow();
  }

  /** Waits until the Sentinels name another primary than the one given. */
  public RedisProcess awaitOtherPrimary(RedisProcess old) {
    await("a new primary")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> primaryPort() != old.port());
    return primary();
  }

  /** Waits until all servers that run follow the primary. */
  public void awaitReplica() {
    await("a replica in step")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> primary().admin("INFO", "replication").contains("state=online"));
  }

  private int primaryPort() {
    try (Jedis sentinel = sentinel(0)) {
      return Integer.parseInt(sentinel.sentinelGetMasterAddrByName(NAME).get(1));
    }
  }

  private Jedis sentinel(int index) {
    return new Jedis(
        new HostAndPort("127.0.0.1", sentinelPorts.get(index)),
        DefaultJedisClientConfig.builder().timeoutMillis(5000).password(sentinelPassword).build());
  }

  private boolean isComplete() {
    for (int i = 0; i < sentinelPorts.size(); i++) {
      try (Jedis sentinel = sentinel(i)) {
        var state = sentinel.sentinelMaster(NAME);
        if (!"2".equals(state.get("num-other-sentinels"))
            || !"1".equals(state.get("num-slaves"))
            || !"master".equals(state.get("flags"))) {
          return false;
        }
      } catch (JedisException e) {
        return false;
      }
    }
    return true;
  }

  private void startSentinel(String program, int primary, @Nullable String password) {
    int port = FreePort.next();
    Path folder = Path.of("target", "processes", "sentinel-" + port).toAbsolutePath();
    Folder.make(folder);
    List<String> lines = new ArrayList<>();
    lines.add("port " + port);
    lines.add("bind 127.0.0.1");
    lines.add("dir " + folder);
    lines.add("sentinel monitor " + NAME + " 127.0.0.1 " + primary + " 2");
    lines.add("sentinel down-after-milliseconds " + NAME + " 1000");
    lines.add("sentinel failover-timeout " + NAME + " 5000");
    if (password != null) {
      lines.add("sentinel auth-pass " + NAME + " " + password);
    }
    if (sentinelPassword != null) {
      lines.add("requirepass " + sentinelPassword);
    }
    Path file = folder.resolve("sentinel.conf");
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sentinelPorts.add(port);
    sentinels.add(LocalProcess.start(List.of(program, file.toString()), folder.resolve("log.txt")));
  }

  @Override
  public void close() {
    sentinels.forEach(LocalProcess::close);
    servers.forEach(RedisProcess::close);
  }
}
