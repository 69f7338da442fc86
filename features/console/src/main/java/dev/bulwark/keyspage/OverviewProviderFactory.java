package dev.bulwark.keyspage;

import dev.bulwark.factory.RealmResourceFactory;
import org.keycloak.models.KeycloakSession;

/** Registers {@code /realms/{realm}/overview-admin}. */
public final class OverviewProviderFactory extends RealmResourceFactory {

  static final String ID = "overview-admin";

  /** For Keycloak, which finds it by META-INF/services. */
  public OverviewProviderFactory() {
    super(ID);
  }

  @Override
  protected Object resource(KeycloakSession session) {
    return new OverviewResource(session);
  }
}
