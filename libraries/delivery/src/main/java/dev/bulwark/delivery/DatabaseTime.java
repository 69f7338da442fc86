package dev.bulwark.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the clock of a database. */
final class DatabaseTime {

  /** PostgreSQL, H2 and what speaks their language. */
  private static final String STANDARD =
      "SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)";

  /** Not of a local time: that is an hour behind in the hour that the end of summer repeats. */
  private static final String MYSQL =
      "SELECT CAST(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) / 1000 AS SIGNED)";

  private DatabaseTime() {}

  /**
   * Has a clock compare itself with the clock of a database. On Oracle and SQL Server it stays the
   * node's own.
   *
   * @param connection in auto-commit mode
   */
  static void compare(DeliveryClock clock, Connection connection) throws SQLException {
    @Nullable String query = query(connection.getMetaData().getDatabaseProductName());
    if (query == null) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      long asked = clock.nanos();
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        clock.setDatabaseTime(rows.getLong(1), asked);
      }
    }
  }

  private static @Nullable String query(String productName) {
    String name = productName.toLowerCase(Locale.ROOT);
    if (name.contains("mariadb") || name.contains("mysql")) {
      return MYSQL;
    }
    return name.contains("postgresql") || name.contains("enterprisedb") || name.equals("h2")
        ? STANDARD
        : null;
  }
}
