package dev.bulwark.realm;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the passkey invitation, and of the scopes and the relying app of the realm. */
public final class RealmMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public RealmMessages() {
    super("bulwark-realm");
  }
}
