package dev.bulwark.factory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.representations.OIDCConfigurationRepresentation;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.resource.RealmResourceProvider;

/**
 * Adds the endpoint of a realm resource to a discovery document, unless the resource is switched
 * off ({@code spi-realm-restapi-extension--ID--enabled=false}).
 */
public abstract class EndpointDiscovery extends DiscoveryFactory {

  private final String member;
  private final String resource;
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
  protected EndpointDiscovery(
      String id, String document, String member, String resource, int priority) {
    super(id, document, priority);
    this.member = member;
    this.resource = resource;
  }

  /**
   * Returns the address of the endpoint, or nothing where the realm has none.
   *
   * @param owner the factory of the realm resource
   */
  protected abstract Optional<String> endpoint(
      KeycloakSession session, ProviderFactory<RealmResourceProvider> owner);

  @Override
  public final void postInit(KeycloakSessionFactory factory) {
    super.postInit(factory);
    owner = factory.getProviderFactory(RealmResourceProvider.class, resource);
  }

  @Override
  protected final Object changed(KeycloakSession session, Object config) {
    return Optional.ofNullable(owner)
        .flatMap(on -> endpoint(session, on))
        .map(address -> extended(config, address))
        .orElse(config);
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
}
