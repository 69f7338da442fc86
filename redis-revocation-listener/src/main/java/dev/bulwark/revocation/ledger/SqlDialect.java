package dev.bulwark.revocation.ledger;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Where databases differ. */
public enum SqlDialect {
  /** PostgreSQL and what speaks its language. */
  POSTGRESQL {
    @Override
    String insertNew(String table, List<String> columns, List<String> key, int rows) {
      return insert(table, columns, rows) + " ON CONFLICT DO NOTHING";
    }
  },
  /** MySQL and MariaDB. */
  MYSQL {
    @Override
    String insertNew(String table, List<String> columns, List<String> key, int rows) {
      // A no-op update instead of IGNORE, which would hide other errors as well.
      return insert(table, columns, rows)
          + " ON DUPLICATE KEY UPDATE "
          + key.get(0)
          + " = "
          + table
          + "."
          + key.get(0);
    }
  },
  /** H2, for development. */
  H2 {
    @Override
    String insertNew(String table, List<String> columns, List<String> key, int rows) {
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
  };

  /** An insert of some rows that leaves existing rows alone. */
  abstract String insertNew(String table, List<String> columns, List<String> key, int rows);

  /**
   * The dialect of a database.
   *
   * @param productName {@code DatabaseMetaData.getDatabaseProductName()}
   * @throws IllegalArgumentException for a database that the ledger does not support
   */
  public static SqlDialect of(String productName) {
    String name = productName.toLowerCase(Locale.ROOT);
    if (name.contains("postgresql") || name.contains("enterprisedb")) {
      return POSTGRESQL;
    }
    if (name.contains("mariadb") || name.contains("mysql")) {
      return MYSQL;
    }
    if (name.equals("h2")) {
      return H2;
    }
    throw new IllegalArgumentException(
        "The token ledger supports PostgreSQL, MariaDB, MySQL and H2, not " + productName + ".");
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

  static String parameters(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }
}
