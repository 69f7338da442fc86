package dev.bulwark.server.development;

import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.process.ServerStartException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code mvn -Prun}: Keycloak on port 8080 with the bundle, the realm, demo users and a Redis, and
 * the relying app on port 8081, until Ctrl-C.
 *
 * <p>The data lie in the folder {@code .run}; deleting it starts afresh.
 */
public final class DevelopmentRun {

  private static final int HTTP_PORT = 8080;
  private static final int MANAGEMENT_PORT = 9000;
  private static final int APP_PORT = 8081;
  private static final int REDIS_PORT = 6379;

  private DevelopmentRun() {}

  /**
   * Starts everything and returns only when the server has ended.
   *
   * @param args the folder for the data
   */
  public static void main(String[] args) throws InterruptedException {
    try {
      run(Path.of(args.length > 0 ? args[0] : ".run").toAbsolutePath().normalize());
    } catch (ServerStartException e) {
      System.err.println();
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Path folder) throws InterruptedException {
    Prerequisites.writableFolder(folder);
    Prerequisites.freePort(HTTP_PORT, "Keycloak");
    Prerequisites.freePort(MANAGEMENT_PORT, "Keycloak's management interface");
    Prerequisites.freePort(APP_PORT, "the relying app");
    Prerequisites.freePort(StartPage.PORT, "the start page");
    System.out.println();
    startRedis();
    DevelopmentInbox inbox = new DevelopmentInbox(folder.resolve("mails"));
    startInbox(inbox);
    Map<String, String> environment = new LinkedHashMap<>(RealmFile.developmentEnvironment());
    environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
    environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin");
    environment.put("SMTP_PORT", Integer.toString(DevelopmentInbox.PORT));
    // As in the image. Ignored where the C library is not glibc.
    environment.put("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
    ServerSpec spec =
        ServerSpec.builder()
            .name("run")
            .home(folder.resolve("keycloak"))
            .development()
            .echo()
            .ports(HTTP_PORT, MANAGEMENT_PORT)
            .hashesAsShipped()
            .option("spi-redis-connection--default--url", "redis://127.0.0.1:" + REDIS_PORT)
            // What Keycloak tells of its start hides what matters.
            .option("log-level", "warn,dev.bulwark:info")
            // The development run asks nobody outside this machine.
            .option("spi-password-policy--breached-password--online", "false")
            .option(
                "spi-events-listener--bulwark-event-log--file",
                folder.resolve("events.json").toString())
            .environment(environment)
            .realmFile(RealmFile.development().writeTo(folder.resolve("import")))
            .build();
    DistributionServer server = DistributionServer.start(spec);
    RelyingApp app = startApp(folder.resolve("relying-app"));
    System.out.println(DevelopmentGuide.text(server.url()));
    showAgainOnEnter(server.url());
    CountDownLatch stopped = new CountDownLatch(1);
    server.onExit(stopped::countDown);
    stopped.await();
    app.close();
    throw new ServerStartException(
        "Keycloak has ended (" + server.ending() + "). Its log is above.");
  }

  private static void startInbox(DevelopmentInbox inbox) {
    try {
      inbox.start();
      new StartPage(inbox, URI.create("http://localhost:" + HTTP_PORT)).start(StartPage.PORT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has been logged meanwhile stands above it then. */
  private static void showAgainOnEnter(URI url) {
    Thread reader =
        new Thread(
            () ->
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()))
                    .lines()
                    .forEach(line -> System.out.println(DevelopmentGuide.text(url))),
            "enter");
    reader.setDaemon(true);
    reader.start();
  }

  private static RelyingApp startApp(Path folder) {
    return RelyingApp.start(
        new RelyingApp.Spec(
            "run-relying-app",
            URI.create("http://localhost:" + APP_PORT),
            "http://localhost:" + HTTP_PORT + "/realms/app",
            REDIS_PORT,
            folder,
            apiKeys(),
            // It starts faster, and never has much to do.
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")));
  }

  /** No gateway stands before the application here: it has Keycloak verify API keys itself. */
  private static Map<String, String> apiKeys() {
    return Map.of(
        "API_KEY_CLIENT_ID",
        "gateway",
        "API_KEY_CLIENT_SECRET",
        RealmFile.developmentEnvironment().getOrDefault("GATEWAY_SECRET", ""));
  }

  @SuppressWarnings("resource") // ended by a shutdown hook of its own
  private static void startRedis() {
    if (LocalRedis.answers(REDIS_PORT)) {
      System.out.println("Using the Redis that answers on port " + REDIS_PORT + ".");
      return;
    }
    Prerequisites.freePort(REDIS_PORT, "Redis");
    LocalRedis.start(REDIS_PORT);
    System.out.println("Started a Redis on port " + REDIS_PORT + ".");
  }
}
