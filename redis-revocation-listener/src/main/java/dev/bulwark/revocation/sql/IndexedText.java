package dev.bulwark.revocation.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A column of ids that is searched by an index. On PostgreSQL that index has the hash of each id,
 * not the id: a row then costs a third less to insert, because ids are compared by the rules of a
 * language and numbers are not. The hash is the one that PostgreSQL's own hash partitions have.
 *
 * @param column its name, with the alias of its table
 */
public record IndexedText(SqlDialect dialect, String column) {

  /** A condition that the column has one id. {@link #set} sets its parameters. */
  public String is() {
    return isHashed()
        ? hash(column) + " = " + hash("?") + " AND " + column + " = ?"
        : column + " = ?";
  }

  /** A condition that the column has one of some ids. {@link #set} sets its parameters. */
  public String isAmong(int ids) {
    String among = column + " IN (" + SqlDialect.parameters(ids) + ")";
    return isHashed()
        ? hash(column)
            + " IN ("
            + String.join(", ", Collections.nCopies(ids, hash("?")))
            + ") AND "
            + among
        : among;
  }

  /**
   * A condition that is true of the rows whose column has one of some ids. On PostgreSQL it is true
   * of those with the same hash too: comparing each row with some hundred texts would take it
   * longer than finding the rows. {@link #setOnce} sets its parameters.
   */
  public String mayBeAmong(int ids) {
    return isHashed()
        ? hash(column) + " IN (" + String.join(", ", Collections.nCopies(ids, hash("?"))) + ")"
        : column + " IN (" + SqlDialect.parameters(ids) + ")";
  }

  /**
   * Sets the parameters of {@link #mayBeAmong}.
   *
   * @param first number of its first parameter
   * @return number of the first parameter behind it
   */
  public int setOnce(PreparedStatement statement, int first, List<String> ids) throws SQLException {
    int parameter = first;
    for (String id : ids) {
      statement.setString(parameter++, id);
    }
    return parameter;
  }

  /**
   * Sets the parameters of {@link #is} or {@link #isAmong}.
   *
   * @param first number of its first parameter
   * @return number of the first parameter behind it
   */
  public int set(PreparedStatement statement, int first, List<String> ids) throws SQLException {
    return setOnce(statement, first, parameters(ids));
  }

  /** The parameters of {@link #is} or {@link #isAmong}, in their order. */
  public List<String> parameters(List<String> ids) {
    if (!isHashed()) {
      return ids;
    }
    List<String> twice = new ArrayList<>(ids);
    twice.addAll(ids);
    return twice;
  }

  private boolean isHashed() {
    return dialect == SqlDialect.POSTGRESQL;
  }

  /** As in the changelog: PostgreSQL uses an index on an expression for that expression alone. */
  private static String hash(String text) {
    return "hashtextextended(" + text + ", 0)";
  }
}
