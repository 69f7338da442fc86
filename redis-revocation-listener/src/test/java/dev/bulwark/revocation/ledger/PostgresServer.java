package dev.bulwark.revocation.ledger;

import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import liquibase.exception.LiquibaseException;

/** A PostgreSQL of this machine; tests are skipped where there is none. */
final class PostgresServer implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final Path folder;
  private final Path program;
  private final int port = FreePort.next();
  private LocalProcess process;

  private PostgresServer(Path folder, Path program) {
    this.folder = folder;
    this.program = program;
    this.process = launch();
  }

  static PostgresServer start() throws IOException {
    Path initdb = Programs.require("initdb", "postgresql", installed()).toAbsolutePath();
    // Not below target/: another user has to get at it.
    Path folder = Files.createTempDirectory("bulwark-postgres-");
    if (isRoot()) {
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    }
    LocalProcess.run(
        TIMEOUT,
        unprivileged(
            initdb.toString(),
            "--pgdata=" + folder.resolve("data"),
            "--username=test",
            "--auth=trust",
            "--no-sync"));
    return new PostgresServer(folder, initdb.resolveSibling("postgres"));
  }

  /** Makes a database of its own. */
  TestDatabase newDatabase() throws SQLException, LiquibaseException {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    try (Connection connection = DriverManager.getConnection(url("postgres"));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return new TestDatabase(url(name), SqlDialect.POSTGRESQL);
  }

  void restart() {
    process.stop("INT");
    process = launch();
  }

  /** Ends it as a crash does: what is not flushed is lost. */
  void crash() {
    process.stop("QUIT");
    process = launch();
  }

  @Override
  public void close() {
    process.stop("INT");
    Folder.delete(folder);
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=test";
  }

  private LocalProcess launch() {
    LocalProcess started =
        LocalProcess.start(
            unprivileged(
                program.toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off"),
            Path.of("target", "processes", "postgres-" + port + ".log").toAbsolutePath());
    await("PostgreSQL on port " + port)
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(
            () -> {
              DriverManager.getConnection(url("postgres")).close();
              return true;
            });
    return started;
  }

  private static List<String> unprivileged(String... command) {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
    }
    all.addAll(List.of(command));
    return all;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static Path[] installed() throws IOException {
    if (!Files.isDirectory(DEBIAN)) {
      return new Path[0];
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions.map(version -> version.resolve("bin")).toArray(Path[]::new);
    }
  }
}
