package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.DatabaseProcess;

/**
 * Sessions that have ended and that a node of Keycloak honours all the same, for some seconds where
 * that node has ended it, else until it is restarted.
 *
 * <p>Keycloak takes a session out of the cache before the transaction that ends it commits ({@code
 * DefaultInfinispanTransactionProvider.prepareStep}). Another request that reads the session in
 * between, as the login itself or one that lists the user's sessions, puts it back. A refresh at
 * another node may even write the session's row again, but not that of the client's part.
 */
final class CachedSession {

  private CachedSession() {}

  /**
   * Returns whether a token's session, or its client's part of it, is not stored any more.
   *
   * @param claims of the token, with {@code sid}
   */
  static boolean isOnlyCached(DatabaseProcess database, JsonNode claims) {
    String sid = claims.get("sid").asText();
    return database
            .sql("SELECT 1 FROM OFFLINE_USER_SESSION WHERE USER_SESSION_ID = '" + sid + "'")
            .isBlank()
        || database
            .sql(
                "SELECT 1 FROM OFFLINE_CLIENT_SESSION S JOIN CLIENT C ON C.ID = S.CLIENT_ID"
                    + " WHERE S.USER_SESSION_ID = '"
                    + sid
                    + "' AND C.CLIENT_ID = '"
                    + claims.get("azp").asText()
                    + "'")
            .isBlank();
  }
}
