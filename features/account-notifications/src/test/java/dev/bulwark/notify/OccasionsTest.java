package dev.bulwark.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;

/** ASVS 6.3.7: which events a user hears of. */
class OccasionsTest {

  @ParameterizedTest
  @CsvSource({
    // type, credential, API key's action, occasion
    "UPDATE_CREDENTIAL, password, , PASSWORD_CHANGED",
    "UPDATE_CREDENTIAL, otp, , AUTHENTICATOR_ADDED",
    "REMOVE_CREDENTIAL, otp, , AUTHENTICATOR_REMOVED",
    "UPDATE_CREDENTIAL, recovery-authn-codes, , RECOVERY_CODES_MADE",
    "REMOVE_CREDENTIAL, recovery-authn-codes, , RECOVERY_CODES_REMOVED",
    "UPDATE_CREDENTIAL, webauthn, , PASSKEY_ADDED",
    "UPDATE_CREDENTIAL, webauthn-passwordless, , PASSKEY_ADDED",
    "REMOVE_CREDENTIAL, webauthn-passwordless, , PASSKEY_REMOVED",
    "UPDATE_CREDENTIAL, api-key, created, API_KEY_CREATED",
    "UPDATE_CREDENTIAL, api-key, updated, API_KEY_CHANGED",
    "UPDATE_CREDENTIAL, api-key, rotated, ",
    "UPDATE_CREDENTIAL, api-key, owner_disabled, ",
    "REMOVE_CREDENTIAL, api-key, revoked, API_KEY_REVOKED",
    "REMOVE_CREDENTIAL, api-key, replaced, ",
    "UPDATE_CREDENTIAL, another, , CREDENTIAL_CHANGED",
    "REMOVE_CREDENTIAL, another, , CREDENTIAL_REMOVED",
    // The older types come beside the newer ones.
    "UPDATE_PASSWORD, password, , ",
    "UPDATE_TOTP, otp, , ",
    "REMOVE_TOTP, otp, , ",
    // Strangers cause failures.
    "LOGIN_ERROR, , , ",
    "UPDATE_CREDENTIAL_ERROR, password, , ",
  })
  void ofUsers(
      EventType type,
      @Nullable String credential,
      @Nullable String keyAction,
      @Nullable Occasion occasion) {
    Map<String, String> details = new HashMap<>();
    if (credential != null) {
      details.put("credential_type", credential);
    }
    if (keyAction != null) {
      details.put("api_key_action", keyAction);
    }
    Event event = new Event();
    event.setType(type);
    event.setDetails(details);
    assertThat(Occasions.of(event).orElse(null)).isEqualTo(occasion);

    if ("api-key".equals(credential)) {
      details.put("api_key_client", "tasks-service");
      assertThat(Occasions.of(event)).as("a client's key").isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "password, PASSWORD_SET_BY_ADMINISTRATOR",
    "otp, CREDENTIAL_SET_BY_ADMINISTRATOR",
    "recovery-authn-codes, CREDENTIAL_SET_BY_ADMINISTRATOR"
  })
  void ofCredentialsThatAnAdministratorWrites(String credential, Occasion occasion) {
    Event event = new Event();
    event.setType(EventType.UPDATE_CREDENTIAL);
    event.setDetails(Map.of("credential_type", credential, "administrator", "root"));
    assertThat(Occasions.of(event)).contains(occasion);
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE_CREDENTIAL, created, API_KEY_CREATED_BY_ADMINISTRATOR",
    "UPDATE_CREDENTIAL, updated, API_KEY_CHANGED_BY_ADMINISTRATOR",
    "UPDATE_CREDENTIAL, rotated, ",
    "REMOVE_CREDENTIAL, revoked, API_KEY_REVOKED_BY_ADMINISTRATOR",
    // The first of an import tells of all.
    "UPDATE_CREDENTIAL, imported, ",
  })
  void ofKeysByAdministrators(EventType type, String action, @Nullable Occasion occasion) {
    Map<String, String> details = new HashMap<>();
    details.put("credential_type", "api-key");
    details.put("api_key_action", action);
    details.put("api_key_administrator", "root");
    details.put("custom_label", "of one key");
    Event event = new Event();
    event.setType(type);
    event.setDetails(details);
    assertThat(Occasions.of(event).orElse(null)).isEqualTo(occasion);
    if (action.equals("imported")) {
      details.put("api_key_first_imported", "true");
      assertThat(Occasions.of(event)).contains(Occasion.API_KEYS_IMPORTED);
      assertThat(Occasions.name(event)).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "breached_password_at_login, warn, BREACHED_PASSWORD",
    "breached_password_at_login, demand, BREACHED_PASSWORD_MUST_CHANGE",
    "breached_password_service_unreachable, , ",
  })
  void ofBreachedPasswords(String error, @Nullable String action, @Nullable Occasion occasion) {
    Map<String, String> details = new HashMap<>();
    details.put("credential_type", "password");
    if (action != null) {
      details.put("breached_password_action", action);
    }
    Event event = new Event();
    event.setType(EventType.UPDATE_CREDENTIAL_ERROR);
    event.setError(error);
    event.setDetails(details);
    assertThat(Occasions.of(event).orElse(null)).isEqualTo(occasion);
  }

  @ParameterizedTest
  @CsvSource({
    "ACTION, users/7f/reset-password, , PASSWORD_SET_BY_ADMINISTRATOR",
    "ACTION, users/7f/reset-password, invalidPassword, ",
    "DELETE, users/7f/credentials/3c, , CREDENTIAL_REMOVED",
    "UPDATE, users/7f/credentials/3c, , ",
    "ACTION, users/7f/disable-credential-types, , CREDENTIAL_REMOVED",
    "ACTION, users/7f/reset-password/x, , ",
    "UPDATE, users/7f, , ",
    "CREATE, users/7f/federated-identity/google, , PROVIDER_LINKED",
    "CREATE, users/7f/federated-identity/google, conflict, ",
    "DELETE, users/7f/federated-identity/google, , PROVIDER_UNLINKED",
    "UPDATE, users/7f/federated-identity/google, , ",
  })
  void ofAdministrators(
      OperationType operation, String path, @Nullable String error, @Nullable Occasion occasion) {
    AdminEvent event = new AdminEvent();
    event.setOperationType(operation);
    event.setResourcePath(path);
    event.setError(error);
    assertThat(Occasions.of(event).map(Occasions.ByAdministrator::occasion).orElse(null))
        .isEqualTo(occasion);
    assertThat(Occasions.of(event).map(Occasions.ByAdministrator::userId).orElse("7f"))
        .isEqualTo("7f");
  }

  @Test
  void theMailAboutALinkNamesTheProvider() {
    AdminEvent event = new AdminEvent();
    event.setOperationType(OperationType.CREATE);
    event.setResourcePath("users/7f/federated-identity/google");
    assertThat(Occasions.of(event).map(Occasions.ByAdministrator::name)).contains("google");
  }
}
