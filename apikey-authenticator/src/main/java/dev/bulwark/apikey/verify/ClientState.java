package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.ScopeCatalog;
import org.keycloak.models.UserModel;

/** What Keycloak says about a client that owns keys, and about its service account. */
record ClientState(KeyOwner.Client owner, ScopeCatalog scopes) implements KeyDecision.Owner {

  @Override
  public boolean isEnabled() {
    UserModel account = scopes.subject(owner);
    return owner.model().isEnabled() && (account == null || account.isEnabled());
  }

  @Override
  public boolean isLocked() {
    return false;
  }

  @Override
  public boolean hasPendingActions() {
    return false;
  }
}
