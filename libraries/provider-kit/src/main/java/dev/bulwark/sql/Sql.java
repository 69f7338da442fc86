package dev.bulwark.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prepares statements, binds their parameters in order, and reads their rows. */
public final class Sql {

  /** Rows that the driver reads at once of a long result. */
  private static final int FETCH_SIZE = 10_000;

  private Sql() {}

  /** Binds the parameters of a statement. */
  @FunctionalInterface
  public interface Binder {

    /** No parameters. */
    Binder NONE = parameters -> {};

    /** Binds all of them, in their order. */
    void bind(Parameters parameters) throws SQLException;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Mapper<T> {

    /** Reads the row at which the result stands. */
    T map(ResultSet row) throws SQLException;
  }

  /** Parameters of a statement, the next one at each call. */
  public static final class Parameters {

    private final PreparedStatement statement;
    private int number;

    private Parameters(PreparedStatement statement) {
      this.statement = statement;
    }

    /** Binds a text. */
    public Parameters text(String value) throws SQLException {
      statement.setString(++number, value);
      return this;
    }

    /** Binds a whole number. */
    public Parameters number(long value) throws SQLException {
      statement.setLong(++number, value);
      return this;
    }
  }

  /** Returns a value of each row. */
  public static <T> List<T> query(
      Connection connection, String sql, Binder binder, Mapper<T> mapper) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, binder)) {
      statement.setFetchSize(FETCH_SIZE);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> values = new ArrayList<>();
        while (rows.next()) {
          values.add(mapper.map(rows));
        }
        return values;
      }
    }
  }

  /** Returns a value of the first row; empty where there is none. */
  public static <T> Optional<T> first(
      Connection connection, String sql, Binder binder, Mapper<T> mapper) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, binder);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty();
    }
  }

  /** Executes a statement that changes rows; returns how many. */
  public static int update(Connection connection, String sql, Binder binder) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, binder)) {
      return statement.executeUpdate();
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Binder binder)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      binder.bind(new Parameters(statement));
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }
}
