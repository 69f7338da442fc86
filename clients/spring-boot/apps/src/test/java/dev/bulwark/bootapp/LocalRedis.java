package dev.bulwark.bootapp;

import dev.bulwark.testing.FreePort;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real redis-server, told by sockets: no Redis client of the test must decide which one the
 * application gets.
 */
final class LocalRedis implements AutoCloseable {

  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final int port;
  private Process process;

  LocalRedis() throws IOException {
    port = FreePort.next();
    start();
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    process =
        new ProcessBuilder(executable(), "--port", "" + port, "--bind", "127.0.0.1", "--save", "")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long end = System.nanoTime() + START_NANOS;
    while (!answers()) {
      if (System.nanoTime() > end || !process.isAlive()) {
        throw new IOException("redis-server does not start");
      }
      Thread.onSpinWait();
    }
  }

  private static String executable() throws IOException {
    for (String name : List.of("redis-server", "valkey-server")) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        Path candidate = Path.of(folder, name);
        if (Files.isExecutable(candidate)) {
          return candidate.toString();
        }
      }
    }
    return ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
  }

  private boolean answers() {
    try {
      return tell("PING").equals("+PONG");
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  /** As Keycloak does: a token is revoked. */
  void revoke(String jti) throws IOException {
    tell("SETEX revoked:" + jti + " 900 1");
  }

  /** As Keycloak does: everything revoked until now is there. */
  void feed() throws IOException {
    tell("SET revocation:complete " + System.currentTimeMillis());
    tell("SET revocation:realm:app \"0 -\"");
  }

  private String tell(String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      return String.valueOf(answer.readLine());
    }
  }

  /** Connections stay open, but nothing is answered. */
  void halt() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void goOn() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill " + signal + " exited with " + exit);
    }
  }

  /** Kills it; what it held is lost. */
  void stop() throws IOException {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IOException("redis-server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
