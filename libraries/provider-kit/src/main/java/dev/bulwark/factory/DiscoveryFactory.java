package dev.bulwark.factory;

import java.util.Comparator;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.wellknown.WellKnownProvider;
import org.keycloak.wellknown.WellKnownProviderFactory;

/**
 * Changes a discovery document. Keycloak asks the factory of a document with the lowest priority
 * only. This one asks the next, up to Keycloak's own, so several modules can change the same
 * document.
 */
public abstract class DiscoveryFactory implements WellKnownProviderFactory {

  /** {@code /.well-known/openid-configuration}. */
  public static final String OPENID = "openid-configuration";

  /** {@code /.well-known/oauth-authorization-server} (RFC 8414). */
  public static final String OAUTH = "oauth-authorization-server";

  /** {@code /.well-known/uma2-configuration}, which has all of {@link #OPENID}. */
  public static final String UMA = "uma2-configuration";

  private final String id;
  private final String document;
  private final int priority;
  private String next = "";

  /**
   * For one document.
   *
   * @param id of the provider
   * @param document {@link #OPENID}, {@link #OAUTH} or {@link #UMA}
   * @param priority below Keycloak's, which is 100, and 1 for {@link #UMA}; each module has its own
   */
  protected DiscoveryFactory(String id, String document, int priority) {
    this.id = id;
    this.document = document;
    this.priority = priority;
  }

  /**
   * Returns the document of the realm of a request.
   *
   * @param config as the next factory has it: {@code OIDCConfigurationRepresentation} or a map
   */
  protected abstract Object changed(KeycloakSession session, Object config);

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
  public void postInit(KeycloakSessionFactory factory) {
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
    WellKnownProvider nextProvider = session.getProvider(WellKnownProvider.class, next);
    return new WellKnownProvider() {
      @Override
      public Object getConfig() {
        return changed(session, nextProvider.getConfig());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void close() {}
}
