package dev.bulwark.it.support;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerKind;
import dev.bulwark.server.ServerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The system that most tests share: one Redis, one database and one Keycloak with the bundle,
 * started at first use and ended with the test run. The database is PostgreSQL where it is
 * installed ({@link SharedDatabase}).
 *
 * <p>A class that uses it is annotated with {@link SharedRealm}, which imports the realm anew, so
 * that classes do not see each other's users and sessions.
 */
public final class TestStack {

  public static final String ADMIN_USERNAME = "admin";
  public static final String ADMIN_PASSWORD = "correct-admin-battery";

  private static @Nullable TestStack instance;

  private final LocalRedis redis;
  private final Optional<DatabaseProcess> database;
  private final KeycloakServer keycloak;
  private final AdminApi admin;
  private final String realmToImport;
  private final Map<String, Integer> redisDatabases = new HashMap<>();

  private TestStack(LocalRedis redis, Optional<DatabaseProcess> database, KeycloakServer keycloak) {
    this.redis = redis;
    this.database = database;
    this.keycloak = keycloak;
    this.admin = new AdminApi(keycloak.url(), ADMIN_USERNAME, ADMIN_PASSWORD);
    String realm = RealmFile.development().resolve(RealmFile.developmentEnvironment()).json();
    this.realmToImport =
        database
            .filter(PostgresProcess.class::isInstance)
            .map(PostgresProcess.class::cast)
            .map(process -> StoredPasswords.of(process).in(realm))
            .orElse(realm);
  }

  public static synchronized TestStack get() {
    if (instance == null) {
      int port = Integer.getInteger("server.redis-port", 0);
      LocalRedis redis = LocalRedis.start(port);
      Optional<DatabaseProcess> database =
          isDistribution() ? SharedDatabase.start() : Optional.empty();
      ServerSpec.Builder spec = manyFromOneAddress(spec("shared", redis.url())).usedByMany();
      database.ifPresent(process -> process.configure(spec));
      // Off by default; on here, so that NotificationsIT sees what it does.
      spec.option("spi-api-key--default--new-network-notice", "true");
      if (database.isEmpty() && isDistribution()) {
        // Tests cannot ask for a comparison in H2, which only the server opens.
        spec.option("spi-events-listener--redis-revocation--comparison-interval", "1000");
      }
      KeycloakServer keycloak = KeycloakServer.start(spec.build());
      instance = new TestStack(redis, database, keycloak);
    }
    return instance;
  }

  /**
   * Starts the shared system unless it runs.
   *
   * @return whether it began now, so that its realm {@code app} is as it was imported
   */
  static synchronized boolean begin() {
    boolean begins = instance == null && !isRemote();
    get();
    return begins;
  }

  /** Ends the shared system, Keycloak first; the next use starts another. */
  static synchronized void stop() {
    TestStack stack = instance;
    instance = null;
    if (stack != null) {
      stack.keycloak.close();
      stack.database.ifPresent(DatabaseProcess::close);
      stack.redis.close();
    }
  }

  /**
   * What any server of the tests has in common; a class with a server of its own starts from it.
   */
  public static ServerSpec.Builder spec(String name, String redisUrl) {
    Path folder = WorkFolder.of("import", name);
    return ServerSpec.builder()
        .name(name)
        .shortLived()
        .hashesAsShipped()
        .option("spi-redis-connection--default--url", redisUrl)
        .option("spi-password-policy--breached-password--online", "false")
        // Also in realms that the tests make and in the master realm.
        .option("spi-events-listener--redis-revocation--everywhere", "true")
        .option("spi-api-key--default--everywhere", "true")
        .option("spi-login-rate-limiter--default--everywhere", "true")
        // For browsers that exchange a key: see the README of the API keys.
        .option("spi-cors--default--allowed-headers", "X-API-Key")
        .option("log-level", "info")
        .environment(RealmFile.developmentEnvironment())
        .environment("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN_USERNAME)
        .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
        .realmFile(new RealmFile(RealmKeys.in(RealmFile.development().json())).writeTo(folder));
  }

  /**
   * The limit on login attempts is on, as shipped, but with room for all tests of this machine. A
   * user's own address is never known: otherwise it would be after the first login of each user,
   * and no test would be a stranger.
   */
  public static ServerSpec.Builder manyFromOneAddress(ServerSpec.Builder spec) {
    String prefix = "spi-login-rate-limiter--default--";
    for (String limit :
        List.of(
            "address-limit",
            "account-limit",
            "client-limit",
            "client-address-limit",
            "network-limit",
            "user-code-limit",
            "device-limit")) {
      spec.option(prefix + limit, "10000");
    }
    // Nobody here: an option of the spec has precedence over that of all test servers.
    return spec.option(prefix + "allowed-networks", "192.0.2.0/24")
        .option(prefix + "known-address-days", "0")
        .option(
            "spi-realm-restapi-extension--global-token-revocation--rejected-callers-per-minute",
            "0");
  }

  public KeycloakServer keycloak() {
    return keycloak;
  }

  /**
   * Returns the errors in Keycloak's log since it had that length. A mail of another class's test
   * may fail meanwhile on the thread of the mails, so that its errors are left out.
   */
  public List<String> errorsSince(int length) {
    return keycloak
        .log()
        .substring(length)
        .lines()
        .filter(line -> line.contains(" ERROR ") || line.contains("Uncaught server error"))
        .filter(line -> !line.contains("(bulwark-notifications)"))
        .toList();
  }

  public LocalRedis redis() {
    return redis;
  }

  /**
   * The URL of a database of the shared Redis for a server with a database of its own: two
   * installations must not write under the same keys ({@code TwoInstallationsIT}).
   *
   * @param server the same for each start of it
   */
  public String redisOf(String server) {
    // The first two are the shared server's and the old application's of MoveGuideIT.
    return redis.url()
        + "/"
        + redisDatabases.computeIfAbsent(server, s -> redisDatabases.size() + 2);
  }

  /** The server's database; empty for H2, and for a server that is not started from its archive. */
  public Optional<DatabaseProcess> database() {
    return database;
  }

  public URI url() {
    return keycloak.url();
  }

  /**
   * The realm {@code app} of the shared server.
   *
   * @throws IllegalStateException if the class that runs now is not annotated with {@link
   *     SharedRealm}
   */
  public Realm realm() {
    SharedRealmUse.check();
    return new Realm(keycloak.url(), "app");
  }

  /** Replaces the realm {@code app} by the shipped one with its users of development. */
  public void importRealmAnew() {
    // Keycloak deletes all client sessions of a realm by one statement, and stores sessions of the
    // class before in the background: the database can end the deletion to break a deadlock.
    await("the former realm is gone").atMost(SOON).until(this::isRealmGone);
    admin.makeRealm(realmToImport);
  }

  private boolean isRealmGone() {
    Response removed = admin.delete("/realms/app");
    if (removed.status() == 204 || removed.status() == 404) {
      return true;
    }
    System.out.printf("The realm was not deleted: %d %s%n", removed.status(), removed.body());
    return false;
  }

  /** The admin REST API of the shared server. One for all: each one logs in by a password. */
  public AdminApi admin() {
    return admin;
  }

  static boolean isRemote() {
    return "remote".equals(System.getProperty(ServerKind.PROPERTY));
  }

  private static boolean isDistribution() {
    return "distribution".equals(System.getProperty(ServerKind.PROPERTY, "distribution"));
  }
}
