package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.rules.LedgerToken;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Ends tokens that no session carries, such as those exchanged for API keys, in transactions of its
 * own. The not-before of the user does not end those of its own second, nor those of a node whose
 * clock is ahead. So Keycloak revokes them one by one.
 */
public final class SessionlessTokens {

  private final KeycloakSessionFactory factory;

  /** For a server. */
  public SessionlessTokens(KeycloakSessionFactory factory) {
    this.factory = factory;
  }

  /**
   * Revokes in Keycloak what the not-before of the user leaves alive. Must not be called with a JTA
   * transaction on the thread.
   *
   * @param tokens of the user, without a session
   * @throws RuntimeException if the user store does not answer
   */
  public void end(String realmId, String userId, List<LedgerToken> tokens) {
    KeycloakModelUtils.runJobInTransaction(
        factory, session -> end(session, realmId, userId, tokens));
  }

  private static void end(
      KeycloakSession session, String realmId, String userId, List<LedgerToken> tokens) {
    RealmModel realm = session.realms().getRealm(realmId);
    if (realm == null) {
      return;
    }
    session.getContext().setRealm(realm);
    UserModel user = session.users().getUserById(realm, userId);
    if (user == null) {
      return;
    }
    KeycloakTokenOracle.requireReachable(user);
    int notBefore = session.users().getNotBeforeOfUser(realm, user);
    long now = Time.currentTime();
    for (LedgerToken token : tokens) {
      if (token.issuedAt() >= notBefore && token.expiresAt() > now) {
        token
            .revoked()
            .forEach(each -> session.revokedTokens().put(each.jti(), each.expiresAt() - now));
      }
    }
  }
}
