package dev.bulwark.realm;

import dev.bulwark.realm.social.UnverifiedLinks;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.authentication.authenticators.client.X509ClientAuthenticator;
import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.ModelException;
import org.keycloak.models.ModelValidationException;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderFactory;

/**
 * Rejects a realm or client whose secrets still hold an unresolved <code>${NAME}</code> placeholder
 * (L5), a realm whose login with Google or GitHub is on without what it needs (O2), and a client
 * whose certificate is not told exactly ({@link CertificateRule}, L7).
 *
 * <p>It listens to {@link RealmModel.RealmPostCreateEvent} and {@link
 * ClientModel.ClientUpdatedEvent}, which every way of import ends with. An exception there rolls
 * the import back: {@code start --import-realm} and {@code kc.sh import} stop with the variable's
 * name, the admin REST API answers with an error. Thread-safe: it has no state.
 */
public final class RealmGuardProviderFactory
    implements ProviderFactory<RealmGuardProvider>, RealmGuardProvider {

  @Override
  public RealmGuardProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public void init(Config.Scope config) {
    // Nothing to configure.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(RealmGuardProviderFactory::onEvent);
    factory.register(UnverifiedLinks::onEvent);
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  @Override
  public String getId() {
    return "placeholders";
  }

  private static void onEvent(ProviderEvent event) {
    if (event instanceof RealmModel.RealmPostCreateEvent created) {
      RealmModel realm = created.getCreatedRealm();
      KeycloakContext context = created.getKeycloakSession().getContext();
      RealmModel bound = context.getRealm();
      // Identity providers are read through the session's realm, which is not bound while a server
      // imports at start.
      context.setRealm(realm);
      try {
        require(
            realm,
            Stream.concat(
                secrets(realm).flatMap(secret -> Placeholders.in(secret).stream()),
                realm
                    .getIdentityProvidersStream()
                    .filter(IdentityProviderModel::isEnabled)
                    .flatMap(RealmGuardProviderFactory::missing)));
        realm.getClientsStream().forEach(client -> requireCertificate(realm, client));
      } finally {
        context.setRealm(bound);
      }
    } else if (event instanceof ClientModel.ClientUpdatedEvent updated) {
      ClientModel client = updated.getUpdatedClient();
      RealmModel realm = client.getRealm();
      require(realm, secrets(client).flatMap(secret -> Placeholders.in(secret).stream()));
      requireCertificate(realm, client);
    }
  }

  private static Stream<String> secrets(RealmModel realm) {
    return Stream.of(
            realm.getClientsStream().flatMap(RealmGuardProviderFactory::secrets),
            realm
                .getIdentityProvidersStream()
                .flatMap(provider -> provider.getConfig().values().stream()),
            realm.getSmtpConfig().values().stream())
        .flatMap(values -> values);
  }

  private static Stream<String> missing(IdentityProviderModel provider) {
    return RequiredSettings.missing(
        provider.getProviderId(), provider.getAlias(), provider.getConfig())
        .stream();
  }

  /** The client's secret, and what its certificate must be: null for what it does not have. */
  private static Stream<@Nullable String> secrets(ClientModel client) {
    return Stream.of(
        client.getSecret(),
        client.getAttribute(X509ClientAuthenticator.ATTR_SUBJECT_DN),
        client.getAttribute(X509ClientAuthenticator.ATTR_CA_SUBJECT_DN),
        client.getAttribute(IssuerPin.ATTRIBUTE));
  }

  private static void requireCertificate(RealmModel realm, ClientModel client) {
    if (client.isEnabled()
        && !client.isPublicClient()
        && X509ClientAuthenticator.PROVIDER_ID.equals(client.getClientAuthenticatorType())) {
      boolean strict = Boolean.parseBoolean(realm.getAttribute(CertificateRule.REALM_ATTRIBUTE));
      CertificateRule.problem(strict, client::getAttribute)
          .ifPresent(
              problem -> {
                throw refusal(
                    "Realm "
                        + realm.getName()
                        + ": client "
                        + client.getClientId()
                        + " is rejected: "
                        + problem);
              });
    }
  }

  private static void require(RealmModel realm, Stream<String> unresolved) {
    Set<String> names = new TreeSet<>(unresolved.toList());
    if (!names.isEmpty()) {
      throw refusal(
          "Realm "
              + realm.getName()
              + " is not imported: these environment variables are used in it and not set: "
              + String.join(", ", names));
    }
  }

  /** With this pair the admin REST API answers 400 and shows the message (KeycloakErrorHandler). */
  private static ModelValidationException refusal(String message) {
    ModelValidationException refusal = new ModelValidationException(message);
    refusal.initCause(new ModelException(message));
    return refusal;
  }
}
