package dev.bulwark.it.database;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.redis.process.LocalProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes of PostgreSQL that are halted in a query until this is closed, as if their host had
 * gone: they neither answer nor end. New connections work.
 */
public final class HaltedQueries implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final List<String> processes;

  private HaltedQueries(List<String> processes) {
    this.processes = processes;
  }

  /**
   * Halts the processes of the next queries of a table. The server makes such queries by itself.
   */
  public static HaltedQueries of(PostgresProcess database, String table) {
    String waiting =
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE '%%%s%%'"
            .formatted(table);
    try (OpenTransaction lock =
        database.hold("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE".formatted(table))) {
      List<String> found =
          await("a query of " + table + " to wait for " + lock)
              .atMost(SOON)
              .until(() -> database.sql(waiting).lines().toList(), pids -> !pids.isEmpty());
      signal("STOP", found);
      return new HaltedQueries(found);
    }
  }

  private static void signal(String name, List<String> processes) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    command.addAll(processes);
    LocalProcess.run(TIMEOUT, command);
  }

  @Override
  public String toString() {
    return "the halted processes " + processes;
  }

  @Override
  public void close() {
    signal("CONT", processes);
  }
}
