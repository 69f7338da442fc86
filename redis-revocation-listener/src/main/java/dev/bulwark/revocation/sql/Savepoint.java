package dev.bulwark.revocation.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Steps within a transaction of Keycloak's, which stays usable if a step fails. */
public final class Savepoint {

  private static final String NAME = "bulwark_revocation";

  private Savepoint() {}

  /** What is done within a transaction. */
  public interface Step<T> {

    /** Does it. */
    T run() throws SQLException;
  }

  /** Does a step. PostgreSQL alone refuses all that follows a failed statement. */
  public static <T> T guarded(SqlDialect dialect, Connection connection, Step<T> step)
      throws SQLException {
    if (dialect != SqlDialect.POSTGRESQL || connection.getAutoCommit()) {
      return step.run();
    }
    // By SQL: Keycloak's pool refuses the JDBC calls within its transactions.
    execute(connection, "SAVEPOINT " + NAME);
    try {
      T result = step.run();
      execute(connection, "RELEASE SAVEPOINT " + NAME);
      return result;
    } catch (SQLException | RuntimeException e) {
      execute(connection, "ROLLBACK TO SAVEPOINT " + NAME);
      throw e;
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
