package dev.bulwark.it.mtls;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A real nginx in front of the relying app, with the configuration of its README. */
final class TlsProxy implements AutoCloseable {

  /** Where it calls the app from. */
  static final String ADDRESS = "127.0.0.2";

  private static final Path README = Path.of("..", "..", "examples", "relying-app", "README.md");
  private static final Duration START = Duration.ofSeconds(30);

  private final int port;
  private final LocalProcess process;

  private TlsProxy(int port, LocalProcess process) {
    this.port = port;
    this.process = process;
  }

  /**
   * Starts it; skips the test where this machine has no nginx.
   *
   * @param app port of the app
   * @param trusted authorities whose certificates it takes
   */
  static TlsProxy start(int app, List<X509Certificate> trusted) throws IOException {
    Path program = Programs.require("nginx", "nginx");
    Path folder = WorkFolder.of("processes", "tls-proxy");
    Folder.delete(folder);
    Folder.make(folder);
    TestCertificate.get().identity().writeTo(folder, "server");
    Files.writeString(
        folder.resolve("authorities.pem"),
        trusted.stream().map(ClientCertificate::pem).collect(Collectors.joining()));
    int port = FreePort.next();
    String server =
        recipe()
            .replace("listen 443 ssl", "listen 127.0.0.1:" + port + " ssl")
            .replace("127.0.0.1:8081", "127.0.0.1:" + app)
            .replace("/etc/nginx/", folder + "/")
            .replace("location / {", "location / {\n    proxy_bind " + ADDRESS + ";");
    StringBuilder temporary = new StringBuilder();
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      temporary.append("  %s_temp_path %s/%s;\n".formatted(kind, folder, kind));
    }
    Path file =
        Files.writeString(
            folder.resolve("nginx.conf"),
            ("root".equals(System.getProperty("user.name")) ? "user root;\n" : "")
                + "daemon off;\nerror_log stderr warn;\npid "
                + folder
                + "/nginx.pid;\nevents {}\nhttp {\n  access_log off;\n"
                + temporary
                + server
                + "}\n");
    LocalProcess process =
        LocalProcess.start(
            List.of(program.toString(), "-p", folder.toString(), "-c", file.toString()),
            folder.resolve("output.log"));
    await("nginx")
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("nginx ended:\n" + process.output());
              }
            })
        .until(() -> isListening(port));
    return new TlsProxy(port, process);
  }

  private static String recipe() throws IOException {
    Matcher block =
        Pattern.compile("(?s)\n```nginx\n(.*?)\n```\n").matcher(Files.readString(README));
    if (!block.find()) {
      throw new IllegalStateException("no configuration of nginx in " + README);
    }
    return block.group(1) + "\n";
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      // Not yet.
      return false;
    }
  }

  String url() {
    return "https://localhost:" + port;
  }

  @Override
  public void close() {
    // nginx's workers go with it only when it is asked.
    process.stop("TERM");
  }
}
