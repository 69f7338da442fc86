package dev.bulwark.benchmarks.ledger;

import dev.bulwark.it.database.PostgresProcess;

/**
 * A position in PostgreSQL's write-ahead log.
 *
 * @param lsn as PostgreSQL writes it
 */
record Wal(String lsn) {

  static Wal now(PostgresProcess database) {
    // What has not been flushed cannot be inspected yet.
    return new Wal(database.sql("SELECT pg_current_wal_flush_lsn()"));
  }

  /** To be called once, before a position is asked for: it writes to the log itself. */
  static void prepare(PostgresProcess database) {
    database.sql("CREATE EXTENSION IF NOT EXISTS pg_walinspect");
  }

  /** Bytes between two positions, full page images among them. */
  double since(Wal before) {
    return number(lsn) - number(before.lsn);
  }

  private static double number(String lsn) {
    int slash = lsn.indexOf('/');
    return Long.parseLong(lsn.substring(0, slash), 16) * 0x1p32
        + Long.parseLong(lsn.substring(slash + 1), 16);
  }

  /**
   * Bytes of the records up to a position without full page images: those depend on when the last
   * checkpoint was, and swing.
   */
  double recordsUntil(PostgresProcess database, Wal end) {
    if (lsn.equals(end.lsn)) {
      return 0;
    }
    return Double.parseDouble(
        database.sql(
            "SELECT coalesce(sum(record_size), 0) FROM pg_get_wal_stats('"
                + lsn
                + "', '"
                + end.lsn
                + "')"));
  }
}
