package dev.bulwark.apikey.grant;

import dev.bulwark.factory.DiscoveryFactory;
import dev.bulwark.factory.RealmSwitches;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.representations.OIDCConfigurationRepresentation;
import org.keycloak.provider.EnvironmentDependentProviderFactory;

/**
 * Takes the grant of keys out of a discovery document where the realm has no API keys. Keycloak
 * lists every grant of the server.
 */
public abstract class KeyDiscovery extends DiscoveryFactory
    implements EnvironmentDependentProviderFactory {

  private static final String GRANT_TYPES = "grant_types_supported";
  private static final Set<String> OF_KEYS =
      Set.of(ApiKeyGrantTypeFactory.ID, ApiKeyGrantAliasFactory.ID);
  private static final int PRIORITY = 60;

  /** Keycloak's own is 1 for this document. */
  private static final int PRIORITY_OF_UMA = 0;

  private KeyDiscovery(String document, int priority) {
    super("bulwark-api-key-" + document, document, priority);
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeyTokens.areSafe();
  }

  @Override
  protected Object changed(KeycloakSession session, Object config) {
    if (RealmSwitches.hasApiKeys(session.getContext().getRealm())) {
      return config;
    }
    if (config instanceof OIDCConfigurationRepresentation configuration) {
      configuration.setGrantTypesSupported(others(configuration.getGrantTypesSupported()));
      return configuration;
    }
    if (config instanceof Map<?, ?> members
        && members.get(GRANT_TYPES) instanceof List<?> grantTypes) {
      Map<Object, Object> all = new LinkedHashMap<>(members);
      all.put(GRANT_TYPES, others(grantTypes));
      return all;
    }
    return config;
  }

  private static <T> List<T> others(List<T> grantTypes) {
    List<T> others = new ArrayList<>(grantTypes);
    others.removeIf(OF_KEYS::contains);
    return others;
  }

  /** {@code /.well-known/openid-configuration}. */
  public static final class OpenId extends KeyDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OpenId() {
      super(OPENID, PRIORITY);
    }
  }

  /** {@code /.well-known/uma2-configuration}. */
  public static final class Uma extends KeyDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public Uma() {
      super(UMA, PRIORITY_OF_UMA);
    }
  }

  /** {@code /.well-known/oauth-authorization-server}. */
  public static final class OAuth extends KeyDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OAuth() {
      super(OAUTH, PRIORITY);
    }
  }
}
