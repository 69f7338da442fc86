package dev.bulwark.factory;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.representations.OIDCConfigurationRepresentation;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.wellknown.WellKnownProvider;
import org.keycloak.wellknown.WellKnownProviderFactory;

/**
 * Adds the endpoint of a realm resource to a discovery document, unless the resource is switched
 * off ({@code spi-realm-restapi-extension--ID--enabled=false}). Keycloak asks the factory of a
 * document with the lowest priority only. This one asks the next, up to Keycloak's own, so several
 * modules can add to the same document.
 */
public abstract class DiscoveryFactory implements WellKnownProviderFactory {

  /** {@code /.well-known/openid-configuration}. */
  public static final String OPENID = "openid-configuration";

  /** {@code /.well-known/oauth-authorization-server} (RFC 8414). */
  public static final String OAUTH = "oauth-authorization-server";

  private final String id;
  private final String document;
  private final String member;
  private final String resource;
  private final int priority;
  private String next = "";
  private @Nullable ProviderFactory<RealmResourceProvider> owner;

  /**
   * For one document and one member.
   *
   * @param id of the provider
   * @param document {@link #OPENID} or {@link #OAUTH}
   * @param member the name of the endpoint
   * @param resource the id of the realm resource that serves it
   * @param priority below Keycloak's, which is 100; each module has its own
   */
  protected DiscoveryFactory(
      String id, String document, String member, String resource, int priority) {
    this.id = id;
    this.document = document;
    this.member = member;
    this.resource = resource;
    this.priority = priority;
  }

  /**
   * Returns the address of the endpoint, or nothing where the realm has none.
   *
   * @param owner the factory of the realm resource
   */
  protected abstract Optional<String> endpoint(
      KeycloakSession session, ProviderFactory<RealmResourceProvider> owner);

  @Override
  public final String getId() {
    return id;
  }

  @Override
  public final String getAlias() {
    return document;
  }

  @Override
  public final int getPriority() {
    return priority;
  }

  /** As Keycloak's own document of this name. */
  @Override
  public final boolean isAvailableViaServerMetadata() {
    return document.equals(OAUTH);
  }

  @Override
  public final void postInit(KeycloakSessionFactory factory) {
    owner = factory.getProviderFactory(RealmResourceProvider.class, resource);
    next =
        factory
            .getProviderFactoriesStream(WellKnownProvider.class)
            .map(WellKnownProviderFactory.class::cast)
            .filter(other -> document.equals(other.getAlias()) && other.getPriority() > priority)
            .min(Comparator.comparingInt(WellKnownProviderFactory::getPriority))
            .orElseThrow(() -> new IllegalStateException("Keycloak has no document " + document))
            .getId();
  }

  @Override
  public final WellKnownProvider create(KeycloakSession session) {
    ProviderFactory<RealmResourceProvider> found = owner;
    WellKnownProvider nextProvider = session.getProvider(WellKnownProvider.class, next);
    return new WellKnownProvider() {
      @Override
      public Object getConfig() {
        Object config = nextProvider.getConfig();
        return Optional.ofNullable(found)
            .flatMap(on -> endpoint(session, on))
            .map(address -> extended(config, address))
            .orElse(config);
      }

      @Override
      public void close() {}
    };
  }

  private Object extended(Object config, String endpoint) {
    if (config instanceof OIDCConfigurationRepresentation configuration) {
      configuration.setOtherClaims(member, endpoint);
      return configuration;
    }
    if (config instanceof Map<?, ?> members) {
      Map<Object, Object> all = new LinkedHashMap<>(members);
      all.putIfAbsent(member, endpoint);
      return all;
    }
    return config;
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void close() {}
}
