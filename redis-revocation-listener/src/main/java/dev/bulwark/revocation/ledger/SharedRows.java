package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The rows of the ledger that several tokens share ({@link TokenRow}). No index finds their tokens
 * by jti, so they are read by what else a row has. Thread-safe.
 */
final class SharedRows {

  /** Rows that a driver fetches at a time, if it does; PostgreSQL's in a transaction only. */
  private static final int FETCH_SIZE = 1_000;

  private final String select;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  SharedRows(String schema) {
    this.select =
        "SELECT "
            + TokenColumns.SELECTED
            + " FROM "
            + schema
            + TokenTable.NAME
            + " t WHERE t."
            + TokenTable.OTHERS
            + " IS NOT NULL AND ";
  }

  /**
   * The tokens of the rows that meet a condition.
   *
   * @param condition on the rows, which are aliased t
   * @param parameters of the condition, numbers or texts
   */
  List<LedgerToken> tokens(Connection connection, String condition, Object... parameters)
      throws SQLException {
    List<LedgerToken> tokens = new ArrayList<>();
    forEach(connection, condition, tokens::add, parameters);
    return tokens;
  }

  /** Hands over the same tokens one after the other: a ledger can have millions. */
  void forEach(
      Connection connection, String condition, Consumer<LedgerToken> action, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(select + condition)) {
      statement.setFetchSize(FETCH_SIZE);
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          TokenColumns.row(rows).tokens().forEach(action);
        }
      }
    }
  }
}
