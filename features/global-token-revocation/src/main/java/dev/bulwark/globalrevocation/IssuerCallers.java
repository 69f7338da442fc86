package dev.bulwark.globalrevocation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.broker.oidc.OIDCIdentityProviderConfig;
import org.keycloak.common.VerificationException;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.ClientSignatureVerifierProvider;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.keys.loader.PublicKeyStorageManager;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.JsonWebToken;

/**
 * Authenticates issuers by a JWT that they have signed, as Okta Universal Logout sends it. An
 * issuer is an OpenID Connect identity provider of the realm, with its keys, whose config has
 * {@value #ENABLED_SETTING} {@code true}.
 */
final class IssuerCallers {

  private static final Logger LOG = Logger.getLogger(IssuerCallers.class);

  static final String ENABLED_SETTING = "globalTokenRevocation";

  private static final String REPLAY_KEY_PREFIX = "global-token-revocation:";

  private final KeycloakSession session;
  private final RealmModel realm;
  private final SignedRequestRules rules;

  IssuerCallers(KeycloakSession session, String endpoint) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.rules = new SignedRequestRules(endpoint, Time.currentTime());
  }

  /**
   * Returns the identity provider that may ask for revocations by this name; empty if none may.
   *
   * @param issuer claim {@code iss}, not verified yet
   */
  Optional<IdentityProviderModel> provider(@Nullable String issuer) {
    if (issuer == null || !PlainText.isPlain(issuer)) {
      return Optional.empty();
    }
    List<IdentityProviderModel> providers =
        session
            .identityProviders()
            .getAllStream(
                IdentityProviderQuery.userAuthentication()
                    .with(Map.of(IdentityProviderModel.ISSUER, issuer)))
            .filter(IdentityProviderModel::isEnabled)
            .filter(provider -> "true".equals(provider.getConfig().get(ENABLED_SETTING)))
            .filter(
                provider -> issuer.equals(provider.getConfig().get(IdentityProviderModel.ISSUER)))
            .toList();
    if (providers.size() > 1) {
      LOG.warnf(
          "Several identity providers of realm %s have the issuer of a global token revocation, and"
              + " config %s true: it is rejected",
          realm.getName(), ENABLED_SETTING);
      return Optional.empty();
    }
    return providers.stream().findFirst();
  }

  /**
   * Verifies the JWT, and that it comes for the first time.
   *
   * @throws RequestException if it is not valid
   */
  Caller.Issuer authenticate(JWSInput jws, IdentityProviderModel provider) {
    JsonWebToken jwt = read(jws);
    if (!isSigned(jws, provider)) {
      throw RequestException.unauthorized("The signature of the JWT cannot be verified");
    }
    String[] audience = jwt.getAudience();
    SignedRequestRules.Claims claims =
        new SignedRequestRules.Claims(
            jwt.getId(),
            audience == null ? List.of() : List.of(audience),
            jwt.getExp(),
            jwt.getIat(),
            jwt.getNbf());
    Optional<String> wrong = rules.check(jws.getHeader().getType(), claims);
    if (wrong.isPresent()) {
      throw RequestException.unauthorized(wrong.get());
    }
    if (!session
        .singleUseObjects()
        .putIfAbsent(
            REPLAY_KEY_PREFIX + provider.getInternalId() + ':' + claims.id(),
            SignedRequestRules.REPLAY_WINDOW_SECONDS)) {
      throw RequestException.unauthorized("The JWT was used before");
    }
    return new Caller.Issuer(provider);
  }

  /** The claims, not verified. */
  static JsonWebToken read(JWSInput jws) {
    try {
      return jws.readJsonContent(JsonWebToken.class);
    } catch (JWSInputException e) {
      throw RequestException.unauthorized("The bearer token is no JWT");
    }
  }

  private boolean isSigned(JWSInput jws, IdentityProviderModel provider) {
    String algorithm = jws.getHeader().getRawAlgorithm();
    ClientSignatureVerifierProvider kind =
        session.getProvider(ClientSignatureVerifierProvider.class, algorithm);
    SignatureProvider signatures = session.getProvider(SignatureProvider.class, algorithm);
    if (kind == null || !kind.isAsymmetricAlgorithm() || signatures == null) {
      return false;
    }
    KeyWrapper key = key(jws, provider);
    if (key == null) {
      return false;
    }
    if (key.getAlgorithm() == null) {
      key.setAlgorithm(algorithm);
    }
    try {
      return signatures
          .verifier(key)
          .verify(
              jws.getEncodedSignatureInput().getBytes(StandardCharsets.UTF_8), jws.getSignature());
    } catch (VerificationException e) {
      return false;
    }
  }

  /** The key that the JWT names; null if the issuer has none of that name. */
  private @Nullable KeyWrapper key(JWSInput jws, IdentityProviderModel provider) {
    try {
      return PublicKeyStorageManager.getIdentityProviderKeyWrapper(
          session, realm, new OIDCIdentityProviderConfig(provider), jws);
    } catch (RuntimeException e) {
      // Keycloak has no type of its own for a JWKS URL that does not answer.
      throw RequestException.keysUnavailable(e);
    }
  }
}
