package dev.bulwark.it.database;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * The database of a server that does not care which one it has: the system property {@value
 * #PROPERTY} names it, {@code postgres}, {@code mariadb} or {@code h2}. Unless the property is set
 * it is PostgreSQL where PostgreSQL is installed, H2 elsewhere.
 */
public final class SharedDatabase {

  /** System property with the name of the database. */
  public static final String PROPERTY = "server.database";

  private SharedDatabase() {}

  /** Starts the database; empty for H2, which is a part of Keycloak. */
  public static Optional<DatabaseProcess> start() {
    String installed = PostgresProcess.isInstalled() ? "postgres" : "h2";
    return start(System.getProperty(PROPERTY, installed));
  }

  /**
   * Starts the database for a test that needs one of its own, outside of Keycloak; skips the test
   * for H2.
   */
  public static DatabaseProcess require() {
    Optional<DatabaseProcess> database = start(System.getProperty(PROPERTY, "postgres"));
    Assumptions.assumeTrue(database.isPresent(), "H2 is a part of Keycloak");
    return database.orElseThrow();
  }

  /**
   * Starts a database for a server of one class or package: PostgreSQL where it is installed, with
   * its tables made and without waiting for the disk; empty for H2. H2 is taken elsewhere, and
   * where the property asks for it.
   */
  public static Optional<DatabaseProcess> startForOwnServer() {
    boolean postgres = PostgresProcess.isInstalled() && !"h2".equals(System.getProperty(PROPERTY));
    return postgres ? Optional.of(PostgresProcess.prepared()) : Optional.empty();
  }

  private static Optional<DatabaseProcess> start(String name) {
    return switch (name) {
      case "h2" -> Optional.empty();
      // As in production: a commit waits for the disk.
      case "postgres" -> Optional.of(PostgresProcess.prepared("fsync=on"));
      case "mariadb" -> Optional.of(MariaDbProcess.start());
      default ->
          throw new IllegalArgumentException(
              "-D" + PROPERTY + "=" + name + ": one of postgres, mariadb, h2 is expected.");
    };
  }
}
