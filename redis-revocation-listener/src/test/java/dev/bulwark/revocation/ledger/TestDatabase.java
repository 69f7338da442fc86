package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.sql.SqlDialect;
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

/** A database with the tables of the shipped changelog: H2 in memory, or one of a server. */
public final class TestDatabase implements AutoCloseable {

  private final String url;
  private final SqlDialect dialect;
  private final LedgerDatabase ledger;

  /** Makes one in H2. */
  public TestDatabase() throws SQLException, LiquibaseException {
    this(
        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;NON_KEYWORDS=VALUE",
        SqlDialect.H2);
  }

  /** Makes the tables in an empty database. */
  TestDatabase(String url, SqlDialect dialect) throws SQLException, LiquibaseException {
    this.url = url;
    this.dialect = dialect;
    this.ledger = new LedgerDatabase(this::open, dialect, "");
    try (Connection connection = open()) {
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
    if (dialect == SqlDialect.H2) {
      try (Connection connection = open();
          Statement statement = connection.createStatement()) {
        statement.execute("SHUTDOWN");
      }
    }
  }
}
