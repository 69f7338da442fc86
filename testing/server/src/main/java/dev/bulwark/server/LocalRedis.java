package dev.bulwark.server;

import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.FreePort;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server on the loopback interface without persistence: the machine's own Redis or Valkey,
 * or, where neither is installed, the old Redis of a Maven artifact.
 */
public final class LocalRedis implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 2000;

  private final RedisServer server;
  private final int port;

  private LocalRedis(RedisServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts Redis.
   *
   * @param port 1 to 65535, or 0 for any free one
   */
  public static LocalRedis start(int port) {
    int chosen = port != 0 ? port : FreePort.next();
    try {
      RedisServer server =
          RedisServer.newRedisServer()
              .executableProvider(executable())
              .bind("127.0.0.1")
              .port(chosen)
              .setting("save \"\"")
              .setting("appendonly no")
              .onShutdownForceStop(true)
              .build();
      server.start();
      return new LocalRedis(server, chosen);
    } catch (IOException e) {
      throw new ServerStartException(
          "cannot start Redis on port " + chosen + ": " + e.getMessage(), e);
    }
  }

  /** The artifact's Redis 6.2 has known faults (CVE-2025-49844), so it comes last. */
  private static ExecutableProvider executable() {
    for (String name : List.of("redis-server", "valkey-server")) {
      try {
        return ExecutableProvider.newExecutableInPath(name);
      } catch (FileNotFoundException e) {
        // The next one.
      }
    }
    return ExecutableProvider.newJarResourceProvider();
  }

  /**
   * Whether a Redis server (and not something else) answers on the port of the loopback interface.
   */
  public static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      byte[] answer = in.readNBytes(5);
      return Arrays.equals(answer, "+PONG".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return false;
    }
  }

  public int port() {
    return port;
  }

  /** URL of the server, for example {@code redis://127.0.0.1:6379}. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts the stopped server again, empty, on the same port. */
  public void startAgain() {
    try {
      server.start();
    } catch (IOException e) {
      throw new ServerStartException("cannot start Redis again on port " + port, e);
    }
  }

  /** Stops the server; what it held is lost. */
  public void stop() {
    try {
      server.stop();
    } catch (IOException e) {
      throw new ServerStartException("cannot stop Redis on port " + port, e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
