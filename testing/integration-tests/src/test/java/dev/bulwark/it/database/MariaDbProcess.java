package dev.bulwark.it.database;

import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** MariaDB with a database {@code keycloak} of a user {@code keycloak}. */
public final class MariaDbProcess implements DatabaseProcess {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Statements that fill tables with many rows, on a busy machine. */
  private static final Duration STATEMENTS = Duration.ofMinutes(20);

  private static final String NAME = "keycloak";
  private static final String PASSWORD = "correct-database-battery";

  private final Path folder;
  private final String program;
  private final List<String> settings;
  private final int port = FreePort.next();
  private LocalProcess process;

  private MariaDbProcess(Path folder, String program, List<String> settings) {
    this.folder = folder;
    this.program = program;
    this.settings = settings;
    this.process = launch();
  }

  /**
   * Makes the database and starts it; skips the test where there is no MariaDB.
   *
   * @param settings more of them, as {@code name=value}
   */
  public static MariaDbProcess start(String... settings) {
    String program = Programs.require("mariadbd", "mariadb-server").toString();
    String install = Programs.require("mariadb-install-db", "mariadb-server").toString();
    try {
      // A short path: that of the socket may not be long.
      Path folder = Files.createTempDirectory("bulwark-mariadb-");
      LocalProcess.run(
          TIMEOUT,
          List.of(
              install,
              "--no-defaults",
              "--datadir=" + folder.resolve("data"),
              "--auth-root-authentication-method=normal",
              "--skip-test-db",
              "--user=" + System.getProperty("user.name")));
      Files.writeString(
          folder.resolve("init.sql"),
          "CREATE DATABASE IF NOT EXISTS "
              + NAME
              + " CHARACTER SET utf8mb4;\n"
              + ("CREATE USER IF NOT EXISTS '" + NAME + "'@'127.0.0.1'")
              + (" IDENTIFIED BY '" + PASSWORD + "';\n")
              + ("GRANT ALL ON " + NAME + ".* TO '" + NAME + "'@'127.0.0.1';\n"));
      return new MariaDbProcess(folder, program, List.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ServerSpec.Builder configure(ServerSpec.Builder spec) {
    return spec.buildOption("db", "mariadb")
        .option("db-url", "jdbc:mariadb://127.0.0.1:" + port + "/" + NAME)
        .option("db-username", NAME)
        .environment("KC_DB_PASSWORD", PASSWORD);
  }

  @Override
  public String sql(String statements) {
    List<String> command = new ArrayList<>(client());
    command.add("--execute=" + statements);
    return LocalProcess.run(STATEMENTS, command).trim().replace('\t', '|');
  }

  /**
   * Opens a transaction, executes statements in it and keeps it open with all its locks, until the
   * returned object is closed.
   */
  public OpenTransaction hold(String statements) {
    List<String> command = new ArrayList<>(client());
    command.add("--unbuffered");
    return OpenTransaction.begin(command, statements);
  }

  private List<String> client() {
    return List.of(
        Programs.require("mariadb", "mariadb-client").toString(),
        "--no-defaults",
        "--batch",
        "--skip-column-names",
        "--host=127.0.0.1",
        "--port=" + port,
        "--user=" + NAME,
        "--password=" + PASSWORD,
        "--database=" + NAME);
  }

  @Override
  public void stop() {
    process.stop("TERM");
  }

  @Override
  public void crash() {
    process.kill();
  }

  @Override
  public void startAgain() {
    process = launch();
  }

  @Override
  public void close() {
    stop();
    Folder.delete(folder);
  }

  private LocalProcess launch() {
    Path log = WorkFolder.of("processes", "mariadb-" + port + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "--no-defaults",
                "--datadir=" + folder.resolve("data"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--socket=" + folder.resolve("socket"),
                "--pid-file=" + folder.resolve("pid"),
                "--init-file=" + folder.resolve("init.sql"),
                "--user=" + System.getProperty("user.name")));
    settings.forEach(setting -> command.add("--" + setting));
    LocalProcess started = LocalProcess.start(command, log);
    await("MariaDB on port " + port)
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            () -> {
              if (!started.isAlive()) {
                throw new IllegalStateException("MariaDB ended:\n" + started.output());
              }
            })
        .until(() -> FreePort.isOpen(port));
    return started;
  }
}
