package dev.bulwark.apikey;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the pages of API keys. */
public final class ApiKeyMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public ApiKeyMessages() {
    super("bulwark-api-keys");
  }
}
