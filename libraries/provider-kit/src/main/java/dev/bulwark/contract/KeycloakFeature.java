package dev.bulwark.contract;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A feature that some supported versions of Keycloak lack (B7). A part checks it before it uses the
 * type or method. Java resolves these only when they are reached, so the same jar runs without
 * them.
 *
 * <p>The types of the running server determine the features, not its version. A method with other
 * parameters is another one: what overrides it would never be called. Thread-safe.
 */
public enum KeycloakFeature {

  /**
   * What the ledger of issued tokens needs: a hook at the issuance of each token, and the list of
   * tokens that were revoked one by one, which came later.
   */
  TOKEN_LEDGER("26.7", "org.keycloak.models.RevokedTokenProvider"),

  /** A grant says where its tokens are good: those of API keys open nothing of Keycloak's own. */
  TOKEN_ALLOWED_BY_GRANT(
      "26.7",
      "org.keycloak.protocol.oidc.grants.OAuth2GrantType",
      "isTokenAllowed(org.keycloak.models.KeycloakSession,"
          + "org.keycloak.representations.AccessToken)"),

  /** An origin that a token does not allow is refused, not left out. */
  CORS_CHECK(
      "26.7",
      "org.keycloak.services.cors.Cors",
      "checkAllowedOrigins(org.keycloak.representations.AccessToken)"),

  /** Certificates that are trusted for TLS are kept apart from those that are trusted otherwise. */
  HTTPS_TRUSTSTORE("26.7", "org.keycloak.truststore.TruststoreProvider", "getHttpsTruststore()"),

  /** A server tells that it is about to stop. */
  SHUTDOWN_DELAY("26.7", "org.keycloak.services.resources.ShutdownDelayInitiatedEvent");

  private final String availableIn;
  private final boolean present;

  KeycloakFeature(String availableIn, String type) {
    this(availableIn, type, "");
  }

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

  /**
   * Whether there is a type with a method.
   *
   * @param method name and full types of the parameters; empty for the type alone
   */
  static boolean isPresent(String type, String method) {
    try {
      Class<?> found = Class.forName(type, false, KeycloakFeature.class.getClassLoader());
      return method.isEmpty()
          || Arrays.stream(found.getMethods()).anyMatch(each -> signature(each).equals(method));
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getName)
        .collect(Collectors.joining(",", method.getName() + "(", ")"));
  }
}
