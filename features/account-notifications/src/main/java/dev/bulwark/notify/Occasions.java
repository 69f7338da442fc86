package dev.bulwark.notify;

import dev.bulwark.contract.ApiKeyActions;
import dev.bulwark.contract.ApiKeyDetails;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.credential.OTPCredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.WebAuthnCredentialModel;

/**
 * Recognizes the events that a user is to hear of. Keycloak sends two events for one change of a
 * password or an authenticator, the older types ({@code UPDATE_PASSWORD}, {@code UPDATE_TOTP},
 * {@code REMOVE_TOTP}) beside {@code UPDATE_CREDENTIAL} and {@code REMOVE_CREDENTIAL}; only the
 * latter count here.
 */
final class Occasions {

  /** Error of the event that the module breached-password-policy sends. */
  private static final String BREACHED = "breached_password_at_login";

  private static final String BREACHED_ACTION = "breached_password_action";

  /** Detail of the event of a credential: the user name of the administrator who wrote it. */
  static final String ADMINISTRATOR = "administrator";

  private static final Pattern ADMIN_PATH =
      Pattern.compile("users/([^/]+)/(reset-password|credentials/[^/]+|disable-credential-types)");

  private static final Pattern LINK_PATH =
      Pattern.compile("users/([^/]+)/federated-identity/([^/]+)");

  private static final Pattern USER_PATH = Pattern.compile("users/([^/]+)");

  private Occasions() {}

  /** The occasion of a user's event; a login is not one, but for its device. */
  static Optional<Occasion> of(Event event) {
    Map<String, String> details = event.getDetails() == null ? Map.of() : event.getDetails();
    return switch (event.getType()) {
      case UPDATE_CREDENTIAL -> changed(details);
      case REMOVE_CREDENTIAL -> removed(details);
      case FEDERATED_IDENTITY_LINK -> Optional.of(Occasion.PROVIDER_LINKED);
      case REMOVE_FEDERATED_IDENTITY -> Optional.of(Occasion.PROVIDER_UNLINKED);
      case UPDATE_CREDENTIAL_ERROR ->
          BREACHED.equals(event.getError()) ? Optional.of(breached(details)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Occasion breached(Map<String, String> details) {
    return "demand".equals(details.get(BREACHED_ACTION))
        ? Occasion.BREACHED_PASSWORD_MUST_CHANGE
        : Occasion.BREACHED_PASSWORD;
  }

  /** What the occasion is about, as the mail names it; null for nothing. */
  static @Nullable String name(Event event) {
    Map<String, String> details = event.getDetails() == null ? Map.of() : event.getDetails();
    if (details.containsKey(ApiKeyDetails.FIRST_IMPORTED)) {
      // One of several keys.
      return null;
    }
    return details.getOrDefault(
        Details.CREDENTIAL_USER_LABEL, details.get(Details.IDENTITY_PROVIDER));
  }

  /** When what the occasion is about ends, in milliseconds since 1970; null for never. */
  static @Nullable Long end(Event event) {
    @Nullable String end =
        event.getDetails() == null ? null : event.getDetails().get(ApiKeyDetails.EXPIRES_AT);
    return end != null && end.matches("\\d{1,18}") ? Long.valueOf(end) : null;
  }

  /** Whether the event may change the name or the address of its user. */
  static boolean mayChangeIdentity(Event event) {
    return event.getType() == EventType.UPDATE_EMAIL || event.getType() == EventType.UPDATE_PROFILE;
  }

  /** Whether an administrator has changed the realm, its mail server perhaps. */
  static boolean changesRealm(AdminEvent event) {
    return event.getError() == null
        && event.getOperationType() == OperationType.UPDATE
        && event.getResourceType() == ResourceType.REALM;
  }

  /** The user whose name or address an administrator may have changed; empty for no such event. */
  static Optional<String> changedByAdministrator(AdminEvent event) {
    @Nullable String path = event.getResourcePath();
    if (event.getError() != null
        || path == null
        || event.getOperationType() != OperationType.UPDATE
        || event.getResourceType() != ResourceType.USER) {
      return Optional.empty();
    }
    Matcher matcher = USER_PATH.matcher(path);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static Optional<Occasion> changed(Map<String, String> details) {
    if (details.containsKey(ADMINISTRATOR)) {
      return Optional.of(
          type(details).equals(PasswordCredentialModel.TYPE)
              ? Occasion.PASSWORD_SET_BY_ADMINISTRATOR
              : Occasion.CREDENTIAL_SET_BY_ADMINISTRATOR);
    }
    return switch (type(details)) {
      case PasswordCredentialModel.TYPE -> Optional.of(Occasion.PASSWORD_CHANGED);
      case OTPCredentialModel.TYPE -> Optional.of(Occasion.AUTHENTICATOR_ADDED);
      case RecoveryAuthnCodesCredentialModel.TYPE -> Optional.of(Occasion.RECOVERY_CODES_MADE);
      case WebAuthnCredentialModel.TYPE_TWOFACTOR, WebAuthnCredentialModel.TYPE_PASSWORDLESS ->
          Optional.of(Occasion.PASSKEY_ADDED);
      case ApiKeyDetails.CREDENTIAL_TYPE -> changedKey(details);
      default -> Optional.of(Occasion.CREDENTIAL_CHANGED);
    };
  }

  private static Optional<Occasion> changedKey(Map<String, String> details) {
    if (details.containsKey(ApiKeyDetails.CLIENT)) {
      return Optional.empty();
    }
    boolean byAdministrator = details.containsKey(ApiKeyDetails.ADMINISTRATOR);
    return switch (details.getOrDefault(ApiKeyDetails.ACTION, "")) {
      case ApiKeyActions.CREATED ->
          Optional.of(
              byAdministrator
                  ? Occasion.API_KEY_CREATED_BY_ADMINISTRATOR
                  : Occasion.API_KEY_CREATED);
      case ApiKeyActions.UPDATED ->
          Optional.of(
              byAdministrator
                  ? Occasion.API_KEY_CHANGED_BY_ADMINISTRATOR
                  : Occasion.API_KEY_CHANGED);
      case ApiKeyActions.IMPORTED ->
          // One mail for all keys of an import.
          details.containsKey(ApiKeyDetails.FIRST_IMPORTED)
              ? Optional.of(Occasion.API_KEYS_IMPORTED)
              : Optional.empty();
      case ApiKeyActions.NEW_NETWORK -> Optional.of(Occasion.API_KEY_USED_FROM_NEW_NETWORK);
      case ApiKeyActions.EXPIRES_SOON -> Optional.of(Occasion.API_KEY_EXPIRES_SOON);
      // Beside the creation of the new one.
      default -> Optional.empty();
    };
  }

  private static Optional<Occasion> removed(Map<String, String> details) {
    return switch (type(details)) {
      case OTPCredentialModel.TYPE -> Optional.of(Occasion.AUTHENTICATOR_REMOVED);
      case RecoveryAuthnCodesCredentialModel.TYPE -> Optional.of(Occasion.RECOVERY_CODES_REMOVED);
      case WebAuthnCredentialModel.TYPE_TWOFACTOR, WebAuthnCredentialModel.TYPE_PASSWORDLESS ->
          Optional.of(Occasion.PASSKEY_REMOVED);
      case ApiKeyDetails.CREDENTIAL_TYPE ->
          // One that the server removes after its rotation was announced when it was rotated.
          details.containsKey(ApiKeyDetails.CLIENT)
                  || !"revoked".equals(details.get(ApiKeyDetails.ACTION))
              ? Optional.empty()
              : Optional.of(
                  details.containsKey(ApiKeyDetails.ADMINISTRATOR)
                      ? Occasion.API_KEY_REVOKED_BY_ADMINISTRATOR
                      : Occasion.API_KEY_REVOKED);
      default -> Optional.of(Occasion.CREDENTIAL_REMOVED);
    };
  }

  private static String type(Map<String, String> details) {
    return details.getOrDefault(Details.CREDENTIAL_TYPE, "");
  }

  /**
   * What an administrator did to a user's credentials or linked accounts.
   *
   * @param name of the identity provider; null for a credential
   */
  record ByAdministrator(String userId, Occasion occasion, @Nullable String name) {}

  /** The occasion of an administrator's event that succeeded. */
  static Optional<ByAdministrator> of(AdminEvent event) {
    @Nullable String path = event.getResourcePath();
    if (event.getError() != null || path == null) {
      return Optional.empty();
    }
    Matcher link = LINK_PATH.matcher(path);
    if (link.matches()) {
      return linked(event.getOperationType())
          .map(occasion -> new ByAdministrator(link.group(1), occasion, link.group(2)));
    }
    Matcher credential = ADMIN_PATH.matcher(path);
    return credential.matches()
        ? ofCredential(event.getOperationType(), credential.group(2))
            .map(occasion -> new ByAdministrator(credential.group(1), occasion, null))
        : Optional.empty();
  }

  private static Optional<Occasion> linked(OperationType operation) {
    return switch (operation) {
      case CREATE -> Optional.of(Occasion.PROVIDER_LINKED);
      case DELETE -> Optional.of(Occasion.PROVIDER_UNLINKED);
      default -> Optional.empty();
    };
  }

  private static Optional<Occasion> ofCredential(OperationType operation, String change) {
    if (change.equals("reset-password")) {
      return Optional.of(Occasion.PASSWORD_SET_BY_ADMINISTRATOR);
    }
    return operation == OperationType.DELETE || change.equals("disable-credential-types")
        ? Optional.of(Occasion.CREDENTIAL_REMOVED)
        : Optional.empty();
  }
}
