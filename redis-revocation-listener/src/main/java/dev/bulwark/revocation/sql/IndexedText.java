package dev.bulwark.revocation.sql;

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

  /** A condition that the column has one id. Its parameters are {@link #parameters}. */
  public String is() {
    return isHashed()
        ? hash(column) + " = " + hash("?") + " AND " + column + " = ?"
        : column + " = ?";
  }

  /** A condition that the column has one of some ids. Its parameters are {@link #parameters}. */
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
   * longer than finding the rows. Its parameters are the ids.
   */
  public String mayBeAmong(int ids) {
    return isHashed()
        ? hash(column) + " IN (" + String.join(", ", Collections.nCopies(ids, hash("?"))) + ")"
        : column + " IN (" + SqlDialect.parameters(ids) + ")";
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
