package dev.bulwark.apikey.rest;

import dev.bulwark.factory.RealmResourceFactory;
import dev.bulwark.factory.RealmSwitches;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.resource.RealmResourceSPI;

/** Registers {@code /realms/{realm}/api-keys}. */
public final class OwnerResourceProviderFactory extends RealmResourceFactory {

  static final String ID = "api-keys";

  /** For Keycloak, which finds it by META-INF/services. */
  public OwnerResourceProviderFactory() {
    super(ID);
  }

  /**
   * Whether the server was built with the resource, which {@code
   * spi-realm-restapi-extension--api-keys--enabled=false} switches off.
   */
  public static boolean isEnabled() {
    return Config.scope(new RealmResourceSPI().getName(), ID).getBoolean("enabled", true);
  }

  @Override
  protected @Nullable Object resource(KeycloakSession session) {
    return RealmSwitches.hasApiKeys(session.getContext().getRealm())
        ? new OwnerResource(session)
        : null;
  }
}
