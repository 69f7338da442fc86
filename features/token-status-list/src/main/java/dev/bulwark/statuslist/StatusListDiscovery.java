package dev.bulwark.statuslist;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.factory.EndpointDiscovery;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.resource.RealmResourceProvider;

/** Adds the list of lists to a discovery document. */
public abstract class StatusListDiscovery extends EndpointDiscovery
    implements EnvironmentDependentProviderFactory {

  /** Name of the draft, section 9.1. */
  private static final String ENDPOINT = "status_list_aggregation_endpoint";

  private static final int PRIORITY = 40;

  private StatusListDiscovery(String document) {
    super(
        "bulwark-token-status-" + document,
        document,
        ENDPOINT,
        TokenStatusProviderFactory.ID,
        PRIORITY);
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeycloakFeature.TOKEN_LEDGER.isPresent();
  }

  @Override
  protected Optional<String> endpoint(
      KeycloakSession session, ProviderFactory<RealmResourceProvider> owner) {
    TokenStatusProviderFactory lists = (TokenStatusProviderFactory) owner;
    TokenStatus status = lists.status();
    return status != null && status.hasAggregation() && lists.isOn(session)
        ? Optional.of(status.base(session))
        : Optional.empty();
  }

  /** {@code /.well-known/openid-configuration}. */
  public static final class OpenId extends StatusListDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OpenId() {
      super(OPENID);
    }
  }

  /** {@code /.well-known/oauth-authorization-server}. */
  public static final class OAuth extends StatusListDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OAuth() {
      super(OAUTH);
    }
  }
}
