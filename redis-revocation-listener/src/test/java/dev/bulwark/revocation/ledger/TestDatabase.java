package dev.bulwark.revocation.ledger;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;

/** H2 in memory with the tables of the shipped changelog. */
public final class TestDatabase implements AutoCloseable {

  private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
  private final LedgerDatabase ledger =
      new LedgerDatabase(() -> DriverManager.getConnection(url), SqlDialect.H2, "");

  /** Makes it. */
  public TestDatabase() throws SQLException, LiquibaseException {
    try (Connection connection = DriverManager.getConnection(url)) {
      new Liquibase(
              "META-INF/bulwark-revocation-changelog.xml",
              new ClassLoaderResourceAccessor(),
              DatabaseFactory.getInstance()
                  .findCorrectDatabaseImplementation(new JdbcConnection(connection)))
          .update("");
    }
  }

  /** The ledger in it. */
  public LedgerDatabase ledger() {
    return ledger;
  }

  /** A connection of its own. */
  public Connection open() throws SQLException {
    return DriverManager.getConnection(url);
  }

  @Override
  public void close() throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    }
  }
}
