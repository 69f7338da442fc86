package dev.bulwark.revocation.sql;

import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The differences between databases. */
public enum SqlDialect {
  /** PostgreSQL and what speaks its language. */
  POSTGRESQL {
    @Override
    public String insertNew(String table, List<String> columns, List<String> key, int rows) {
      return insert(table, columns, rows) + " ON CONFLICT DO NOTHING";
    }

    @Override
    public String serverQuery() {
      // To the microsecond: each server and each of its starts has its own.
      return "SELECT 'started', CAST(EXTRACT(EPOCH FROM pg_postmaster_start_time()) AS VARCHAR)";
    }

    @Override
    public String nowMillis() {
      return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    }

    @Override
    public String deleteSome(String table, String condition, int limit) {
      return "DELETE FROM "
          + table
          + " WHERE ctid = ANY(ARRAY(SELECT ctid FROM "
          + table
          + " WHERE "
          + condition
          // By the index: a plan for any time would read the table from its beginning.
          + " ORDER BY EXPIRES_AT LIMIT "
          + limit
          + "))";
    }
  },
  /** MySQL and MariaDB. */
  MYSQL {
    @Override
    public String insertNew(String table, List<String> columns, List<String> key, int rows) {
      // A no-op update instead of IGNORE, which would hide other errors as well.
      return insert(table, columns, rows)
          + " ON DUPLICATE KEY UPDATE "
          + key.get(0)
          + " = "
          + table
          + "."
          + key.get(0);
    }

    @Override
    public String serverQuery() {
      // SHOW leaves out names that the server does not know.
      return "SHOW GLOBAL VARIABLES WHERE Variable_name IN"
          + " ('hostname', 'port', 'server_id', 'server_uuid', '"
          + GALERA
          + "', '"
          + GROUP
          + "')";
    }

    @Override
    public String server(Map<String, String> values) {
      // Nodes of such a cluster have the same commits.
      boolean cluster =
          "ON".equals(values.get(GALERA)) || !values.getOrDefault(GROUP, "").isEmpty();
      return cluster ? "cluster" : super.server(values);
    }

    @Override
    public String nowMillis() {
      // Not of a local time: that is an hour behind in the hour that the end of summer repeats.
      return "CAST(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) / 1000 AS SIGNED)";
    }

    @Override
    public String deleteSome(String table, String condition, int limit) {
      return "DELETE FROM " + table + " WHERE " + condition + " LIMIT " + limit;
    }
  },
  /** H2, for development. */
  H2 {
    @Override
    public String insertNew(String table, List<String> columns, List<String> key, int rows) {
      StringBuilder on = new StringBuilder();
      for (String column : key) {
        on.append(on.isEmpty() ? "" : " AND ").append("t.").append(column);
        on.append(" = s.").append(column);
      }
      return "MERGE INTO "
          + table
          + " t USING (VALUES "
          + rowsOf(columns.size(), rows)
          + ") s ("
          + String.join(", ", columns)
          + ") ON "
          + on
          + " WHEN NOT MATCHED THEN INSERT ("
          + String.join(", ", columns)
          + ") VALUES (s."
          + String.join(", s.", columns)
          + ")";
    }

    @Override
    public String serverQuery() {
      return "SELECT 'h2', ''";
    }

    @Override
    public String nowMillis() {
      return "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)";
    }

    @Override
    public String deleteSome(String table, String condition, int limit) {
      return "DELETE FROM " + table + " WHERE " + condition + " LIMIT " + limit;
    }

    @Override
    public boolean hasQueryTimeout() {
      // It would stay with the connection. A wait for a lock ends after two seconds anyway.
      return false;
    }
  };

  /** So many rows at most are deleted by one statement: a transaction must not grow without end. */
  public static final int DELETES = 5_000;

  private static final String GALERA = "wsrep_on";
  private static final String GROUP = "group_replication_group_name";

  /** An insert of some rows that leaves existing rows alone. */
  public abstract String insertNew(String table, List<String> columns, List<String> key, int rows);

  /**
   * A query of names and values that tell a server from every other that may answer at the same
   * address, as after a failover.
   */
  public abstract String serverQuery();

  /** One text for a server. Servers that have the same commits at any time have the same. */
  public String server(Map<String, String> values) {
    return new TreeMap<>(values).toString();
  }

  /** The database's time in milliseconds since 1970, as an expression. */
  public abstract String nowMillis();

  /** Deletes some of the rows that a condition is true of. */
  public abstract String deleteSome(String table, String condition, int limit);

  /** Whether a statement can be given a time limit of its own. */
  public boolean hasQueryTimeout() {
    return true;
  }

  /**
   * Returns the dialect of a database; empty for one that the ledger does not support.
   *
   * @param productName {@code DatabaseMetaData.getDatabaseProductName()}
   */
  public static Optional<SqlDialect> of(String productName) {
    String name = productName.toLowerCase(Locale.ROOT);
    if (name.contains("postgresql") || name.contains("enterprisedb")) {
      return Optional.of(POSTGRESQL);
    }
    if (name.contains("mariadb") || name.contains("mysql")) {
      return Optional.of(MYSQL);
    }
    return name.equals("h2") ? Optional.of(H2) : Optional.empty();
  }

  /** Deletes some of the rows of a table that expired before a time, in seconds since 1970. */
  public final int deleteExpired(Connection connection, String table, long before)
      throws SQLException {
    return Sql.update(
        connection,
        deleteSome(table, "EXPIRES_AT < ?", DELETES),
        parameters -> parameters.number(before));
  }

  private static String insert(String table, List<String> columns, int rows) {
    return "INSERT INTO "
        + table
        + " ("
        + String.join(", ", columns)
        + ") VALUES "
        + rowsOf(columns.size(), rows);
  }

  private static String rowsOf(int columns, int rows) {
    return String.join(", ", Collections.nCopies(rows, "(" + parameters(columns) + ")"));
  }

  /** Parameters of a statement, between commas. */
  public static String parameters(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }
}
