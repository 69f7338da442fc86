package dev.bulwark.it.database;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.installation.Installation;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL with a database {@code keycloak} of a user {@code keycloak}. It refuses to run as
 * root: then the user {@code postgres} of Debian's package runs it.
 */
public final class PostgresProcess implements DatabaseProcess {

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Statements that fill tables with millions of rows, on a busy machine. */
  private static final Duration STATEMENTS = Duration.ofMinutes(20);

  private static final String NAME = "keycloak";

  private final Path folder;
  private final Path programs;
  private final List<String> settings;
  private final int port = FreePort.next();
  private LocalProcess process;

  private PostgresProcess(Path folder, Path programs, List<String> settings) {
    this.folder = folder;
    this.programs = programs;
    this.settings = settings;
    this.process = launch();
  }

  /** Whether this machine has PostgreSQL. */
  public static boolean isInstalled() {
    return Programs.find("initdb", installed()).isPresent();
  }

  /**
   * Makes the database and starts it; skips the test where there is no PostgreSQL.
   *
   * @param settings more of them, as {@code name=value}
   */
  public static PostgresProcess start(String... settings) {
    return start(List.of(), List.of(settings));
  }

  /**
   * Does the same with a locale of the operating system, which decides how texts are compared.
   *
   * @param locale for example {@code en_US.UTF-8}
   */
  public static PostgresProcess startInLocale(String locale, String... settings) {
    return start(List.of("--locale=" + locale), List.of(settings));
  }

  /**
   * Starts it with the tables, the realm {@code master} and the administrator of the tests, as a
   * server that has started once leaves them: that saves the first start of each test's Keycloak 15
   * seconds. Skips the test where there is no PostgreSQL.
   *
   * @param settings more of them, as {@code name=value}
   */
  public static PostgresProcess prepared(String... settings) {
    Path programs = programs();
    Path folder = newFolder();
    copy(keptData(), folder.resolve("data"));
    return new PostgresProcess(folder, programs, List.of(settings));
  }

  private static Path keptData() {
    return Installation.cachedFolder("postgres", PostgresProcess::makeData);
  }

  private static void makeData(Path folder) {
    try (PostgresProcess database = start()) {
      ServerSpec.Builder spec =
          ServerSpec.builder()
              .name("prepared-postgres")
              .shortLived()
              // As on most servers of the tests: the realm master would be off for half a minute.
              .option("spi-events-listener--redis-revocation--everywhere", "true")
              .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
              .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
      DistributionServer.start(database.configure(spec).build()).close();
      database.stop();
      copy(database.folder.resolve("data"), folder);
    }
  }

  /** With owner and mode, on which PostgreSQL insists. */
  private static void copy(Path from, Path to) {
    LocalProcess.run(TIMEOUT, List.of("cp", "-a", from.toString(), to.toString()));
  }

  private static Path programs() {
    return Programs.require("initdb", "postgresql", installed()).toAbsolutePath().getParent();
  }

  private static PostgresProcess start(List<String> options, List<String> settings) {
    Path programs = programs();
    Path folder = newFolder();
    List<String> command =
        unprivileged(
            programs.resolve("initdb").toString(),
            "--pgdata=" + folder.resolve("data"),
            "--username=" + NAME,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync");
    command.addAll(options);
    LocalProcess.run(TIMEOUT, command);
    PostgresProcess database = new PostgresProcess(folder, programs, settings);
    database.run("postgres", "CREATE DATABASE " + NAME);
    return database;
  }

  private static Path newFolder() {
    try {
      // Not below target/: another user has to get at it.
      Path folder = Files.createTempDirectory("bulwark-postgres-");
      if (isRoot()) {
        Files.setOwner(
            folder,
            folder
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName("postgres"));
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Copies this server and starts the copy as its standby, which follows it asynchronously: a
   * commit does not wait for it.
   */
  public PostgresProcess standby() {
    Path other = newFolder();
    LocalProcess.run(
        TIMEOUT,
        unprivileged(
            programs.resolve("pg_basebackup").toString(),
            "--pgdata=" + other.resolve("data"),
            "--host=127.0.0.1",
            "--port=" + port,
            "--username=" + NAME,
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf"));
    return new PostgresProcess(other, programs, settings);
  }

  /** Waits until this standby has all that is committed in its primary. */
  public void awaitCaughtUp(PostgresProcess primary) {
    String end = primary.sql("SELECT pg_current_wal_lsn()");
    await("the standby has " + end)
        .atMost(TIMEOUT)
        .until(() -> sql("SELECT pg_last_wal_replay_lsn() >= '" + end + "'").equals("t"));
  }

  /** Cuts this standby off its primary: what is committed from now on is in the primary only. */
  public void stopFollowing() {
    sql("ALTER SYSTEM SET primary_conninfo = ''");
    sql("SELECT pg_reload_conf()");
    await("replication has ended")
        .atMost(TIMEOUT)
        .until(() -> sql("SELECT count(*) FROM pg_stat_wal_receiver").equals("0"));
  }

  /** Makes this standby the primary. */
  public void promote() {
    sql("SELECT pg_promote()");
  }

  /** Ends the server as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  /**
   * Opens a transaction, executes statements in it and keeps it open with all its locks, until the
   * returned object is closed.
   */
  public OpenTransaction hold(String statements) {
    return OpenTransaction.begin(psql(NAME), statements);
  }

  /**
   * Ends the connections of all servers, and returns when none is left. A statement that a killed
   * server has sent is executed otherwise, also one that has not begun yet.
   */
  public void endConnections() {
    String servers = "FROM pg_stat_activity WHERE application_name LIKE 'PostgreSQL JDBC%'";
    await()
        .atMost(SOON)
        .until(
            () -> {
              sql("SELECT pg_terminate_backend(pid) " + servers);
              return sql("SELECT count(*) " + servers).strip().equals("0");
            });
  }

  /** Port of the server on 127.0.0.1. */
  public int port() {
    return port;
  }

  @Override
  public ServerSpec.Builder configure(ServerSpec.Builder spec) {
    return spec.buildOption("db", "postgres")
        .option("db-url", "jdbc:postgresql://127.0.0.1:" + port + "/" + NAME)
        .option("db-username", NAME)
        .environment("KC_DB_PASSWORD", "unused");
  }

  @Override
  public String sql(String statements) {
    return run(NAME, statements);
  }

  /** Address of the database for {@code psql}; no password is asked for. */
  public String uri() {
    return "postgresql://" + NAME + "@127.0.0.1:" + port + "/" + NAME;
  }

  /** Process id of the server, parent of all its processes. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void stop() {
    // SIGINT: "fast", connections are cut.
    process.stop("INT");
  }

  @Override
  public void crash() {
    // SIGQUIT: "immediate", it recovers from its log when it starts.
    process.stop("QUIT");
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
    Path log = WorkFolder.of("processes", "postgres-" + port + ".log");
    List<String> command =
        new ArrayList<>(
            unprivileged(
                programs.resolve("postgres").toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off"));
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    LocalProcess started = LocalProcess.start(command, log);
    await("PostgreSQL on port " + port)
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            () -> {
              if (!started.isAlive()) {
                throw new IllegalStateException("PostgreSQL ended:\n" + started.output());
              }
            })
        .until(this::accepts);
    return started;
  }

  /** Asked of the server, since the log of an earlier start says so too. */
  private boolean accepts() {
    try {
      LocalProcess.run(
          TIMEOUT,
          List.of(
              programs.resolve("pg_isready").toString(),
              "--quiet",
              "--host=127.0.0.1",
              "--port=" + port,
              "--username=" + NAME,
              "--dbname=postgres"));
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private String run(String database, String statements) {
    List<String> command = new ArrayList<>(psql(database));
    command.add("--command=" + statements);
    return LocalProcess.run(STATEMENTS, command).trim();
  }

  private List<String> psql(String database) {
    return List.of(
        programs.resolve("psql").toString(),
        "--no-psqlrc",
        "--no-align",
        "--tuples-only",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--host=127.0.0.1",
        "--port=" + port,
        "--username=" + NAME,
        "--dbname=" + database);
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

  /** Where Debian puts what is not on the PATH. */
  private static Path[] installed() {
    Path root = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(root)) {
      return new Path[0];
    }
    try (Stream<Path> versions = Files.list(root)) {
      return versions.map(version -> version.resolve("bin")).toArray(Path[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
