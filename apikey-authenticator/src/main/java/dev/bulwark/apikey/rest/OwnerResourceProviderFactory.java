package dev.bulwark.apikey.rest;

import dev.bulwark.factory.RealmResourceFactory;
import org.keycloak.models.KeycloakSession;

/** Registers {@code /realms/{realm}/api-keys}. */
public final class OwnerResourceProviderFactory extends RealmResourceFactory {

  static final String ID = "api-keys";

  /** For Keycloak, which finds it by META-INF/services. */
  public OwnerResourceProviderFactory() {
    super(ID);
  }

  @Override
  protected Object resource(KeycloakSession session) {
    return new OwnerResource(session);
  }
}
