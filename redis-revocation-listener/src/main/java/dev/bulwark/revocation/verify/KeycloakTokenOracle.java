package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.rules.LedgerToken;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.StorageUnavailableUserModelDelegate;
import org.keycloak.models.utils.UserModelDelegate;
import org.keycloak.storage.StorageUnavailableException;

/** Asks Keycloak what token introspection would say, in transactions of its own. */
public final class KeycloakTokenOracle implements TokenOracle {

  private static final int PER_TRANSACTION = 1_000;

  private final KeycloakSessionFactory factory;
  private final boolean onlineIsStored;

  /**
   * For a server.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database
   */
  public KeycloakTokenOracle(KeycloakSessionFactory factory, boolean onlineIsStored) {
    this.factory = factory;
    this.onlineIsStored = onlineIsStored;
  }

  @Override
  public Set<LedgerToken> dead(Collection<LedgerToken> tokens) {
    Set<LedgerToken> dead = new HashSet<>();
    List<LedgerToken> all = List.copyOf(tokens);
    for (int from = 0; from < all.size(); from += PER_TRANSACTION) {
      List<LedgerToken> some = all.subList(from, Math.min(from + PER_TRANSACTION, all.size()));
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session -> {
            TokenJudge judge = new TokenJudge(session, onlineIsStored);
            for (LedgerToken token : some) {
              if (!judge.isAlive(token)) {
                dead.add(token);
              }
            }
          });
    }
    return dead;
  }

  /**
   * Of a user whose store is down Keycloak makes one that is disabled. That one may not log in, but
   * nobody has ended his tokens, and a revocation could not be taken back.
   */
  static void requireReachable(UserModel user) {
    UserModel inner = user;
    while (inner instanceof UserModelDelegate delegate) {
      if (inner instanceof StorageUnavailableUserModelDelegate) {
        throw new StorageUnavailableException("The store of user " + user.getId() + " is down");
      }
      inner = delegate.getDelegate();
    }
  }
}
