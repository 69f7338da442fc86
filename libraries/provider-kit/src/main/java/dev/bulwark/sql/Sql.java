package dev.bulwark.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /** Binds the parameters of a statement for a value. */
  @FunctionalInterface
  public interface ValueBinder<T> {

    /** Binds all of them, in their order. */
    void bind(Parameters parameters, T value) throws SQLException;
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

    /** Binds a text, or null as a text. */
    public Parameters text(@Nullable String value) throws SQLException {
      number++;
      if (value == null) {
        statement.setNull(number, Types.VARCHAR);
      } else {
        statement.setString(number, value);
      }
      return this;
    }

    /** Binds each of some texts. */
    public Parameters texts(Collection<String> values) throws SQLException {
      for (String value : values) {
        text(value);
      }
      return this;
    }

    /** Binds a whole number. */
    public Parameters number(long value) throws SQLException {
      statement.setLong(++number, value);
      return this;
    }

    /** Binds a whole number, or null as one. */
    public Parameters number(@Nullable Long value) throws SQLException {
      if (value == null) {
        statement.setNull(++number, Types.BIGINT);
        return this;
      }
      return number(value.longValue());
    }

    /** Binds an array; the type is the database's name of its elements' type. */
    public Parameters array(String type, @Nullable Object[] values) throws SQLException {
      statement.setArray(++number, statement.getConnection().createArrayOf(type, values));
      return this;
    }

    /** Limits the time of the statement, in seconds; 0 for no limit. */
    public Parameters timeout(int seconds) throws SQLException {
      if (seconds > 0) {
        statement.setQueryTimeout(seconds);
      }
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

  /** Whether a query has a row. */
  public static boolean exists(Connection connection, String sql, Binder binder)
      throws SQLException {
    return first(connection, sql, binder, row -> true).isPresent();
  }

  /** Executes a statement that changes rows; returns how many. */
  public static int update(Connection connection, String sql, Binder binder) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, binder)) {
      return statement.executeUpdate();
    }
  }

  /** Executes a statement that changes rows for each of some values, in one batch. */
  public static <T> void batch(
      Connection connection, String sql, Collection<T> values, ValueBinder<T> binder)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (T value : values) {
        binder.bind(new Parameters(statement), value);
        statement.addBatch();
      }
      statement.executeBatch();
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
