package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Keycloak's table REVOKED_TOKEN: tokens that were revoked one by one. Keycloak rejects each jti in
 * it, so no further check is needed.
 */
public final class KeycloakRevokedTable {

  /** Of more, the ledger is read at once. */
  private static final int MAX_LOOKUPS = 10_000;

  private final String schema;
  private final String table;
  private final RevokedTable revoked;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   * @param revoked the tokens that this module has revoked
   */
  public KeycloakRevokedTable(String schema, RevokedTable revoked) {
    this.schema = schema;
    this.table = schema + "REVOKED_TOKEN";
    this.revoked = revoked;
  }

  /**
   * Live tokens in Keycloak's table that are in the ledger, by themselves or by the base of their
   * {@link JtiRange}, and not revoked by this module. The jti is not the first column of the
   * ledger's key, the expiry is: Keycloak's may differ by a second.
   *
   * @param now seconds since 1970
   */
  public List<RevokedToken> missing(Connection connection, long now, int limit)
      throws SQLException {
    if (!hasUnknown(connection, now)) {
      return List.of();
    }
    String sql =
        "SELECT k.ID, t.EXPIRES_AT FROM "
            + table
            + " k JOIN "
            + schema
            + TokenTable.NAME
            + " t ON t.JTI IN (k.ID, LEFT(k.ID, "
            + JtiRange.BASE_LENGTH
            + ")) AND t.EXPIRES_AT BETWEEN k.EXPIRE - 2 AND k.EXPIRE + 2"
            + " WHERE k.EXPIRE > ? AND NOT EXISTS (SELECT 1 FROM "
            + schema
            + RevokedTable.NAME
            + " r WHERE r.JTI = k.ID) LIMIT "
            + limit;
    return Sql.query(
        connection,
        sql,
        parameters -> parameters.number(now),
        row -> new RevokedToken(row.getString(1), row.getLong(2)));
  }

  /**
   * Whether Keycloak's table has a live token that is not revoked by this module. Nearly always it
   * has none, and the ledger need not be read: PostgreSQL would read all of it.
   */
  private boolean hasUnknown(Connection connection, long now) throws SQLException {
    List<String> live =
        Sql.query(
            connection,
            "SELECT ID FROM " + table + " WHERE EXPIRE > ? LIMIT " + (MAX_LOOKUPS + 1),
            parameters -> parameters.number(now),
            row -> row.getString(1));
    return live.size() > MAX_LOOKUPS || !revoked.among(connection, live).containsAll(live);
  }
}
