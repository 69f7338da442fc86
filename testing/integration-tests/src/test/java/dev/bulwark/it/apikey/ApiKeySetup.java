package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;

/** K3, B2: what the account console needs to offer keys is there, whichever way the realm came. */
public final class ApiKeySetup {

  static final String SHIPPED_LIMITS =
      """
      {"max-keys": "50", "max-life-days": "0", "prefix": "atk", "max_auth_age": "300"}
      """;

  private ApiKeySetup() {}

  /** Fails unless a person can make a key without anybody having clicked in the admin console. */
  public static void assertReady(Realm realm, AdminApi admin) {
    String path = "/realms/app/authentication/required-actions/create-api-key";
    assertThat(admin.get(path).expect(200).json().get("enabled").asBoolean()).isTrue();
    JsonNode limits = admin.get(path + "/config").expect(200).json().get("config");
    assertThat(limits.get("max-keys").asText()).isEqualTo("50");
    assertThat(limits.get("max-life-days").asText()).isEqualTo("0");
    assertThat(limits.get("prefix").asText()).isEqualTo("atk");
    assertThat(limits.get("max_auth_age").asText()).isEqualTo("300");

    AccountApi account = AccountApi.of(realm, admin);
    JsonNode keys = account.apiKeys(account.token("alice"));
    assertThat(keys.isMissingNode()).as("Signing in lists API keys").isFalse();
    assertThat(keys.get("createAction").asText()).isEqualTo("create-api-key");
    assertThat(keys.get("removeable").asBoolean()).isTrue();
    assertThat(keys.toString()).doesNotContain("secretData\":\"", "hash");
  }
}
