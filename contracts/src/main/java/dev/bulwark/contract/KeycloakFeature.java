package dev.bulwark.contract;

import java.util.Arrays;

/**
 * A feature that some supported versions of Keycloak lack (B7). A part checks it before it uses the
 * type or method. Java resolves these only when they are reached, so the same jar runs without
 * them.
 *
 * <p>The types of the running server determine the features, not its version. Thread-safe.
 */
public enum KeycloakFeature {

  /** A hook at the issuance of each token, which the token ledger needs. */
  TOKEN_POST_PROCESSOR("26.6", "org.keycloak.protocol.oidc.token.TokenPostProcessor", ""),

  /**
   * Post-processors of tokens run in the order of their factories, and so the ledger runs last. The
   * fix of Keycloak (keycloak#50268) has no type of its own. This event is new in the same version.
   */
  POST_PROCESSOR_ORDER("26.7", "org.keycloak.services.resources.ShutdownDelayInitiatedEvent", ""),

  /** A grant says where its tokens are good: those of API keys open nothing of Keycloak's own. */
  TOKEN_ALLOWED_BY_GRANT(
      "26.7", "org.keycloak.protocol.oidc.grants.OAuth2GrantType", "isTokenAllowed"),

  /** An origin that a token does not allow is refused, not left out. */
  CORS_CHECK("26.7", "org.keycloak.services.cors.Cors", "checkAllowedOrigins"),

  /** Certificates that are trusted for TLS are kept apart from those that are trusted otherwise. */
  HTTPS_TRUSTSTORE("26.7", "org.keycloak.truststore.TruststoreProvider", "getHttpsTruststore"),

  /** A transmitter of Shared Signals, where the feature {@code ssf} is on. */
  SHARED_SIGNALS(
      "26.7",
      "org.keycloak.ssf.transmitter.event.SecurityEventTokenMapper",
      "generateSessionRevokedEvent"),

  /** A server tells that it is about to stop. */
  SHUTDOWN_DELAY("26.7", "org.keycloak.services.resources.ShutdownDelayInitiatedEvent", "");

  private final String availableIn;
  private final boolean present;

  KeycloakFeature(String availableIn, String type, String method) {
    this.availableIn = availableIn;
    this.present = isPresent(type, method);
  }

  /** Whether the running Keycloak has it. */
  public boolean isPresent() {
    return present;
  }

  /** A version of Keycloak that has it, for messages. */
  public String availableIn() {
    return availableIn;
  }

  private static boolean isPresent(String type, String method) {
    try {
      Class<?> found = Class.forName(type, false, KeycloakFeature.class.getClassLoader());
      return method.isEmpty()
          || Arrays.stream(found.getMethods()).anyMatch(each -> each.getName().equals(method));
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
