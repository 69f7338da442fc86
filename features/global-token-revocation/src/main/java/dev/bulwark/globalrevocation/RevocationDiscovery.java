package dev.bulwark.globalrevocation;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.factory.EndpointDiscovery;
import java.util.Optional;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.services.Urls;
import org.keycloak.services.resource.RealmResourceProvider;

/** Adds the endpoint to a discovery document. */
public abstract class RevocationDiscovery extends EndpointDiscovery
    implements EnvironmentDependentProviderFactory {

  /** Names of the draft, section 4. */
  private static final String ENDPOINT = "global_token_revocation_endpoint";

  private static final int PRIORITY = 50;

  private RevocationDiscovery(String document) {
    super("bulwark-" + document, document, ENDPOINT, GlobalRevocationProviderFactory.ID, PRIORITY);
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeycloakFeature.TOKEN_LEDGER.isPresent();
  }

  @Override
  protected Optional<String> endpoint(
      KeycloakSession session, ProviderFactory<RealmResourceProvider> owner) {
    if (!((GlobalRevocationProviderFactory) owner).isOn(session)) {
      return Optional.empty();
    }
    return Optional.of(
        Urls.realmIssuer(
                session.getContext().getUri().getBaseUri(),
                session.getContext().getRealm().getName())
            + '/'
            + GlobalRevocationProviderFactory.ID);
  }

  /** {@code /.well-known/openid-configuration}. */
  public static final class OpenId extends RevocationDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OpenId() {
      super(OPENID);
    }
  }

  /** {@code /.well-known/oauth-authorization-server}. */
  public static final class OAuth extends RevocationDiscovery {

    /** For Keycloak, which finds it by META-INF/services. */
    public OAuth() {
      super(OAUTH);
    }
  }
}
