package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Samples;
import dev.bulwark.it.database.PostgresProcess;
import java.util.List;

/** The statements that PostgreSQL has run, by its own count (pg_stat_statements). */
final class Statements {

  static final String[] SETTINGS = {
    "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on"
  };

  /** More would make the table hard to read. */
  private static final int LONGEST = 300;

  private Statements() {}

  /**
   * One of them.
   *
   * @param millis of planning and execution by the clock, all calls together
   * @param planning part of that
   * @param rows that it gave or changed
   * @param blocks of 8 kB that it looked at
   */
  record Statement(
      double millis, double planning, long calls, long rows, long blocks, String text) {

    private String shortened() {
      return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    String perSecond(double seconds) {
      return "%s ms a second (%s of them planning), %s calls, %s rows, %s blocks a second: `%s`"
          .formatted(
              Samples.number(millis / seconds, 2),
              Samples.number(planning / seconds, 2),
              Samples.number(calls / seconds, 1),
              Samples.number(rows / seconds, 0),
              Samples.number(blocks / seconds, 0),
              shortened());
    }
  }

  /** Begins to count anew. */
  static void reset(PostgresProcess database) {
    database.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    database.sql("SELECT pg_stat_statements_reset()");
  }

  /** All since the last reset, the longest first. */
  static List<Statement> since(PostgresProcess database) {
    return database
        .sql(
            "SELECT concat_ws('|', sum(total_exec_time + total_plan_time), sum(total_plan_time),"
                + " sum(calls), sum(rows), sum(shared_blks_hit + shared_blks_read),"
                + " regexp_replace(query, '\\s+', ' ', 'g')) FROM pg_stat_statements"
                + " WHERE query NOT LIKE '%pg_stat_statements%'"
                + " GROUP BY regexp_replace(query, '\\s+', ' ', 'g')"
                + " ORDER BY sum(total_exec_time + total_plan_time) DESC")
        .lines()
        .map(line -> line.split("\\|", 6))
        .filter(parts -> parts.length == 6)
        .map(
            parts ->
                new Statement(
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    parts[5]))
        .toList();
  }
}
