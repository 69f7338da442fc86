package dev.bulwark.breached;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the password policies. */
public final class BreachedPasswordMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public BreachedPasswordMessages() {
    super("bulwark-breached-password");
  }
}
