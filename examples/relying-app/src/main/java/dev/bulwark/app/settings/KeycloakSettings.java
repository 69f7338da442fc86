package dev.bulwark.app.settings;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The realm that people log in to, and who this application is there.
 *
 * @param issuer the realm as browsers and tokens name it, for example {@code
 *     https://id.example.org/realms/app}
 * @param internalUrl the same realm as this application reaches it; null or empty where that is the
 *     issuer
 * @param clientId also the audience that a token must bear
 * @param clientSecret never printed
 */
@ConfigurationProperties("app.keycloak")
public record KeycloakSettings(
    URI issuer, @Nullable URI internalUrl, String clientId, String clientSecret) {

  /** Checks that all is there. */
  public KeycloakSettings {
    Addresses.requireSafe("app.keycloak.issuer (KEYCLOAK_ISSUER)", issuer);
    if (internalUrl != null && internalUrl.toString().isEmpty()) {
      internalUrl = null;
    }
    if (internalUrl != null) {
      Addresses.requireHttp("app.keycloak.internal-url (KEYCLOAK_INTERNAL_URL)", internalUrl);
    }
    if (clientId.isBlank()) {
      throw new IllegalArgumentException("app.keycloak.client-id (RELYING_APP_CLIENT_ID) is empty");
    }
    if (clientSecret.isBlank()) {
      throw new IllegalArgumentException(
          "app.keycloak.client-secret (RELYING_APP_SECRET) is not set");
    }
  }

  /** An endpoint that browsers are sent to. */
  public String frontEndpoint(String name) {
    return issuer + "/protocol/openid-connect/" + name;
  }

  /** An endpoint that this application calls. */
  public String backEndpoint(String name) {
    return (internalUrl == null ? issuer : internalUrl) + "/protocol/openid-connect/" + name;
  }

  /** The endpoint that verifies API keys. */
  public String verifyEndpoint() {
    return (internalUrl == null ? issuer : internalUrl) + "/api-keys/verify";
  }

  /** The account console, or a page of it, with a link back to this application. */
  public String account(String path) {
    return issuer
        + "/account/"
        + path
        + "?referrer="
        + URLEncoder.encode(clientId, StandardCharsets.UTF_8);
  }

  /** Scheme, host and port of the issuer. */
  public String origin() {
    return issuer.getScheme() + "://" + issuer.getRawAuthority();
  }

  @Override
  public String toString() {
    return "KeycloakSettings[issuer="
        + issuer
        + ", internalUrl="
        + internalUrl
        + ", clientId="
        + clientId
        + ", clientSecret=***]";
  }
}
