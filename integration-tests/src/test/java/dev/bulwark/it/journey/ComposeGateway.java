package dev.bulwark.it.journey;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.redis.process.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The gateway of docker-compose.yml: a real nginx with {@code docker/gateway.conf}, word for word
 * but for addresses. Keycloak and the application are reached over HTTP here.
 */
final class ComposeGateway implements AutoCloseable {

  private static final Path CONFIGURATION = Path.of("..", "docker", "gateway.conf");
  private static final Duration START = Duration.ofSeconds(30);

  private final String url;
  private final LocalProcess process;

  private ComposeGateway(String url, LocalProcess process) {
    this.url = url;
    this.process = process;
  }

  /**
   * Starts it; skips the test where this machine has no nginx or openssl.
   *
   * @param port to listen on
   * @param keycloak port on the loopback interface
   * @param app port on the loopback interface
   */
  static ComposeGateway start(int port, int keycloak, int app) {
    Path nginx = Programs.require("nginx", "nginx", Path.of("/usr/sbin"));
    Path openssl = Programs.require("openssl", "openssl");
    Path folder = WorkFolder.of("processes", "compose-gateway-" + port);
    Folder.delete(folder);
    Folder.make(folder);
    certificate(openssl, folder);
    write(
        folder.resolve("authorization.conf"),
        "proxy_set_header Authorization \""
            + Realm.basic("gateway", "gateway-dev-secret")
            + "\";\n");
    Path file =
        write(
            folder.resolve("nginx.conf"),
            read(CONFIGURATION)
                .replace("worker_processes", (isRoot() ? "user root;\n" : "") + "worker_processes")
                .replace("/run/gateway", folder.toString())
                .replace("/certificates", folder.toString())
                .replace("/dev/stdout", folder.resolve("access.log").toString())
                .replace("listen 8081", "listen 127.0.0.1:" + port)
                .replace("app-behind-gateway:8081", "127.0.0.1:" + app)
                .replace("server keycloak:8443", "server 127.0.0.1:" + keycloak)
                .replace("https://keycloak/", "http://keycloak/")
                .replace("proxy_pass https://app;", "proxy_pass http://app;")
                .replace("/trust/authority.pem", folder.resolve("certificate.pem").toString()));
    LocalProcess process =
        LocalProcess.start(
            List.of(
                nginx.toString(),
                "-p",
                folder.toString(),
                "-c",
                file.toString(),
                "-g",
                "daemon off;"),
            folder.resolve("output.log"));
    String url = "https://localhost:" + port;
    await("nginx on port " + port)
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("nginx ended:\n" + process.output());
              }
            })
        .until(() -> Http.get(url + "/").status() > 0);
    return new ComposeGateway(url, process);
  }

  private static void certificate(Path openssl, Path folder) {
    TestCertificate certificate = TestCertificate.get();
    Path password = write(folder.resolve("password"), certificate.password());
    List<String> from =
        List.of(
            openssl.toString(),
            "pkcs12",
            "-in",
            certificate.keyStore().toString(),
            "-passin",
            "file:" + password,
            "-nodes",
            "-out");
    run(from, folder.resolve("key.pem").toString(), "-nocerts");
    run(from, folder.resolve("certificate.pem").toString(), "-nokeys");
  }

  private static void run(List<String> command, String... more) {
    List<String> all = new java.util.ArrayList<>(command);
    all.addAll(List.of(more));
    LocalProcess.run(START, all);
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return url;
  }

  /** Everything nginx has written. */
  String log() {
    Path access =
        WorkFolder.of("processes", "compose-gateway-" + url.replaceAll(".*:", ""))
            .resolve("access.log");
    return process.output() + read(access);
  }

  @Override
  public void close() {
    // Its workers go with it only when it is asked.
    process.stop("TERM");
  }
}
