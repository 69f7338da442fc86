package dev.bulwark.server;

import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An H2 database with the tables, the realm {@code master} and the administrator of a server that
 * has started once: made by such a server at first use and kept in the build folder. Making them
 * takes Keycloak 15 of the 27 seconds of a first start.
 */
final class PreparedDatabase {

  private static final Logger log = LoggerFactory.getLogger(PreparedDatabase.class);
  private static final Path NO_LINKED_FOLDER = Path.of("no-file-is-linked");
  private static final String USERNAME = "KC_BOOTSTRAP_ADMIN_USERNAME";
  private static final String PASSWORD = "KC_BOOTSTRAP_ADMIN_PASSWORD";
  private static final String CLIENT = "KC_BOOTSTRAP_ADMIN_CLIENT_ID";

  private PreparedDatabase() {}

  /**
   * Whether a server of the spec may start with it: its database is H2, its data begin empty, and
   * neither a feature nor a bootstrap client adds to the realm {@code master}.
   */
  static boolean suits(KeycloakHome home, ServerSpec spec) {
    return spec.shortLived()
        && spec.archive() == null
        && !Files.exists(data(home))
        && spec.withBundle()
        && spec.buildOptions().getOrDefault("db", "dev-file").equals("dev-file")
        && !spec.buildOptions().containsKey("features")
        && spec.environment().containsKey(PASSWORD)
        && !spec.environment().containsKey(CLIENT);
  }

  /** Puts a copy into the home of the spec. */
  static void copyInto(KeycloakHome home, ServerSpec spec) throws IOException {
    Folders.copy(cachedFolder(spec), data(home), NO_LINKED_FOLDER);
  }

  private static Path data(KeycloakHome home) {
    return home.folder().resolve("data").resolve("h2");
  }

  private static Path cachedFolder(ServerSpec spec) {
    Map<String, String> environment = spec.environment();
    String administrator = environment.getOrDefault(USERNAME, "") + ' ' + environment.get(PASSWORD);
    UUID id = UUID.nameUUIDFromBytes(administrator.getBytes(StandardCharsets.UTF_8));
    return Installation.cachedFolder("h2-" + id, folder -> make(folder, environment));
  }

  private static void make(Path folder, Map<String, String> environment) {
    log.info("Making a database for short-lived servers (once)");
    ServerSpec maker =
        ServerSpec.builder()
            .name("prepared-database")
            .jvmOption(ServerSpec.QUICK_START)
            // As on most servers of the tests: the realm master would be off for half a minute.
            .option("spi-events-listener--redis-revocation--everywhere", "true")
            .environment(USERNAME, environment.getOrDefault(USERNAME, "admin"))
            .environment(PASSWORD, environment.getOrDefault(PASSWORD, ""))
            .build();
    try (DistributionServer server = DistributionServer.start(maker)) {
      server.stop();
      Folders.copy(server.home().resolve("data").resolve("h2"), folder, NO_LINKED_FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
