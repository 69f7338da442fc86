package dev.bulwark.password;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the page of recovery codes. */
public final class PasswordMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public PasswordMessages() {
    super("bulwark-passwords");
  }
}
