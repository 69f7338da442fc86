package dev.bulwark.factory;

import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Registers a REST resource below {@code /realms/{realm}/}. */
public abstract class RealmResourceFactory implements RealmResourceProviderFactory {

  private final String id;

  /**
   * For one resource.
   *
   * @param id its path below the realm
   */
  protected RealmResourceFactory(String id) {
    this.id = id;
  }

  /** Returns the resource of one request; null, which Keycloak answers with 404, for none. */
  protected abstract @Nullable Object resource(KeycloakSession session);

  @Override
  public final RealmResourceProvider create(KeycloakSession session) {
    return new RealmResourceProvider() {
      @Override
      public @Nullable Object getResource() {
        return resource(session);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public final String getId() {
    return id;
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}
