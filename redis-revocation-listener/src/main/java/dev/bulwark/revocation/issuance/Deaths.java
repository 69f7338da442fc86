package dev.bulwark.revocation.issuance;

import dev.bulwark.revocation.rules.RevokedToken;
import java.sql.SQLException;
import java.util.List;

/** Revokes tokens, of which some may not exist. Thread-safe. */
@FunctionalInterface
public interface Deaths {

  /**
   * Returns when they are in the database as revoked, and in Redis if that is there.
   *
   * @param cause for logs and metrics
   */
  void revoke(List<RevokedToken> tokens, String cause) throws SQLException;
}
