package dev.bulwark.app.settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The client by which this application has Keycloak verify API keys, where no gateway does.
 *
 * @param clientId empty: this application takes no keys itself
 * @param clientSecret never printed
 */
@ConfigurationProperties("app.api-keys")
public record ApiKeySettings(
    @DefaultValue("") String clientId, @DefaultValue("") String clientSecret) {

  /** Checks that both are there, or none. */
  public ApiKeySettings {
    if (clientId.isBlank() != clientSecret.isBlank()) {
      throw new IllegalArgumentException(
          "app.api-keys.client-id (API_KEY_CLIENT_ID) and app.api-keys.client-secret"
              + " (API_KEY_CLIENT_SECRET) are set together, or not at all");
    }
  }

  /** Whether this application takes API keys itself. */
  public boolean isOn() {
    return !clientId.isBlank();
  }

  @Override
  public String toString() {
    return "ApiKeySettings[clientId=" + clientId + ", clientSecret=***]";
  }
}
