package dev.bulwark.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L4, L5: what a deployment may set, and what stops its start with the name of the variable. */
class SettingsTest {

  private static final URI ISSUER = URI.create("https://id.example.org/realms/app");

  @ParameterizedTest
  @ValueSource(
      strings = {"https://tasks.example.org", "http://localhost:8081", "http://127.0.0.1:81"})
  void anAddressThatBrowsersMayUse(String url) {
    AppSettings app = new AppSettings(URI.create(url));
    assertThat(app.at("/x")).isEqualTo(url + "/x");
    assertThat(app.isSecure()).isEqualTo(url.startsWith("https:"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://tasks.example.org",
        "http://localhost.example.org",
        "https://tasks.example.org/",
        "https://tasks.example.org/app",
        "https://user@tasks.example.org",
        "https://tasks.example.org?x",
        "ftp://localhost",
        "localhost:8081",
        ""
      })
  void anAddressThatTheyMayNot(String url) {
    assertThatThrownBy(() -> new AppSettings(URI.create(url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RELYING_APP_URL");
  }

  @Test
  void theRealmMayHaveAnAddressOfItsOwnForThisApp() {
    KeycloakSettings keycloak =
        new KeycloakSettings(ISSUER, URI.create("http://keycloak:8080/realms/app"), "a", "b");
    assertThat(keycloak.frontEndpoint("auth"))
        .isEqualTo("https://id.example.org/realms/app/protocol/openid-connect/auth");
    assertThat(keycloak.backEndpoint("token"))
        .isEqualTo("http://keycloak:8080/realms/app/protocol/openid-connect/token");
    assertThat(keycloak.verifyEndpoint())
        .isEqualTo("http://keycloak:8080/realms/app/api-keys/verify");
    assertThat(keycloak.origin()).isEqualTo("https://id.example.org");
    assertThat(new KeycloakSettings(ISSUER, URI.create(""), "a", "b").backEndpoint("certs"))
        .startsWith(ISSUER.toString());
  }

  @Test
  void whatLacksIsNamed() {
    assertThatThrownBy(() -> new KeycloakSettings(ISSUER, null, "a", ""))
        .hasMessageContaining("RELYING_APP_SECRET");
    assertThatThrownBy(() -> new KeycloakSettings(ISSUER, null, " ", "b"))
        .hasMessageContaining("RELYING_APP_CLIENT_ID");
    assertThatThrownBy(
            () -> new KeycloakSettings(URI.create("http://id.example.org"), null, "a", "b"))
        .hasMessageContaining("KEYCLOAK_ISSUER");
    assertThatThrownBy(() -> redis("", 6379)).hasMessageContaining("REDIS_HOST");
    assertThatThrownBy(() -> redis("localhost", 0)).hasMessageContaining("REDIS_PORT");
  }

  @Test
  void theClientThatVerifiesKeysHasASecretOrIsNotThere() {
    assertThat(new ApiKeySettings("", "").isOn()).isFalse();
    assertThat(new ApiKeySettings("gateway", "hush").isOn()).isTrue();
    assertThatThrownBy(() -> new ApiKeySettings("gateway", ""))
        .hasMessageContaining("API_KEY_CLIENT_SECRET");
    assertThatThrownBy(() -> new ApiKeySettings("", "hush"))
        .hasMessageContaining("API_KEY_CLIENT_ID");
  }

  @Test
  void noSecretIsPrinted() {
    assertThat(new KeycloakSettings(ISSUER, null, "a", "hush").toString()).doesNotContain("hush");
    assertThat(redis("localhost", 6379).toString()).doesNotContain("hush");
    assertThat(new ApiKeySettings("gateway", "hush").toString()).doesNotContain("hush");
  }

  private static RedisSettings redis(String host, int port) {
    return new RedisSettings(host, port, "user", "hush", true);
  }
}
