package dev.bulwark.revocation.judgement;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Registers {@code /realms/{realm}/judgement}, for tests that put its jar beside the bundle. */
public final class JudgementResourceProviderFactory implements RealmResourceProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public JudgementResourceProviderFactory() {
    // Nothing is needed.
  }

  @Override
  public RealmResourceProvider create(KeycloakSession session) {
    return new RealmResourceProvider() {
      @Override
      public Object getResource() {
        return new JudgementResource(session);
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public String getId() {
    return "judgement";
  }

  @Override
  public void init(Config.Scope config) {
    // No option.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // No other provider is needed.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
