package dev.bulwark.keyspage;

import dev.bulwark.factory.RealmResourceFactory;
import org.keycloak.models.KeycloakSession;

/** Registers {@code /realms/{realm}/api-keys-admin}. */
public final class AdminPageProviderFactory extends RealmResourceFactory {

  static final String ID = "api-keys-admin";

  /** For Keycloak, which finds it by META-INF/services. */
  public AdminPageProviderFactory() {
    super(ID);
  }

  @Override
  protected Object resource(KeycloakSession session) {
    return new AdminPageResource(session);
  }
}
