package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of {@link TokenTable}, and how its rows are read. */
final class TokenColumns {

  static final List<String> COLUMNS =
      List.of(
          "EXPIRES_AT",
          "JTI",
          "SESSION_TYPE",
          "REALM_ID",
          "USER_ID",
          "CLIENT_ID",
          "SESSION_ID",
          "API_KEY_ID",
          "ISSUED_AT",
          "ISSUED_FOR",
          "ISSUER",
          "SIGNING_KEY");

  /** What a query of rows selects, from the table with the alias t. */
  static final String SELECTED = "t." + String.join(", t.", COLUMNS);

  private TokenColumns() {}

  /** The token at which the rows stand. */
  static LedgerToken token(ResultSet rows) throws SQLException {
    return new LedgerToken(
        rows.getString("JTI"),
        SessionType.ofCode(rows.getString("SESSION_TYPE")),
        rows.getString("REALM_ID"),
        rows.getString("USER_ID"),
        rows.getString("CLIENT_ID"),
        rows.getString("SESSION_ID"),
        rows.getString("API_KEY_ID"),
        rows.getLong("ISSUED_AT"),
        rows.getLong("EXPIRES_AT"),
        nullableLong(rows, "ISSUED_FOR"),
        nullableLong(rows, "ISSUER"),
        nullableLong(rows, "SIGNING_KEY"));
  }

  private static @Nullable Long nullableLong(ResultSet rows, String column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() ? null : value;
  }
}
