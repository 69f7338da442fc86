package dev.bulwark.globalrevocation;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.contract.Revocation;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.redis.RedisConnectionProvider;
import dev.bulwark.redis.RedisConnectionProviderFactory;
import java.util.List;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Version;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/**
 * Registers {@code /realms/{realm}/global-token-revocation}. Where the running Keycloak lacks the
 * hook of the token ledger, access tokens would live on: there the endpoint does not exist.
 */
public final class GlobalRevocationProviderFactory implements RealmResourceProviderFactory {

  static final String ID = "global-token-revocation";

  private static final Logger LOG = Logger.getLogger(GlobalRevocationProviderFactory.class);

  private @Nullable GlobalRevocationConfig config;
  private @Nullable RejectedCallers rejected;
  private Revocation revocation = Revocation.NONE;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    config = GlobalRevocationConfig.of(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (!KeycloakFeature.TOKEN_LEDGER.isPresent()) {
      LOG.warnf(
          "Global token revocation is off: Keycloak %s lacks what the ledger of issued tokens needs."
              + " Keycloak %s has it.",
          Version.VERSION, KeycloakFeature.TOKEN_LEDGER.availableIn());
      return;
    }
    RedisConnectionProviderFactory redis =
        (RedisConnectionProviderFactory) factory.getProviderFactory(RedisConnectionProvider.class);
    rejected =
        new RejectedCallers(
            Objects.requireNonNull(config, "init() runs first").limits(), redis.connection());
    if (factory.getProviderFactory(EventListenerProvider.class, Revocation.LISTENER)
        instanceof Revocation found) {
      revocation = found;
    }
  }

  /** Whether the realm of the request has revocation: without it no access token would end. */
  boolean isOn(KeycloakSession session) {
    return RealmSwitches.isRevocationOn(session, revocation);
  }

  @Override
  public RealmResourceProvider create(KeycloakSession session) {
    RejectedCallers callers = rejected;
    return new RealmResourceProvider() {
      /** Null, which Keycloak answers with 404, where the endpoint is off. */
      @Override
      public @Nullable Object getResource() {
        return callers == null || !isOn(session)
            ? null
            : new GlobalRevocationResource(session, callers, revocation);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return GlobalRevocationConfig.metadata();
  }

  @Override
  public void close() {}
}
