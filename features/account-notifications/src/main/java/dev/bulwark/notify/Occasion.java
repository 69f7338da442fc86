package dev.bulwark.notify;

import java.util.Locale;

/** An occasion to mail a user. Its mail has the message keys that begin with {@link #key}. */
enum Occasion {
  PASSWORD_CHANGED,
  PASSWORD_SET_BY_ADMINISTRATOR,
  AUTHENTICATOR_ADDED,
  AUTHENTICATOR_REMOVED,
  RECOVERY_CODES_MADE,
  RECOVERY_CODES_REMOVED,
  PASSKEY_ADDED,
  PASSKEY_REMOVED,
  API_KEY_CREATED,
  API_KEY_CHANGED,
  API_KEY_REVOKED,
  API_KEY_CREATED_BY_ADMINISTRATOR,
  API_KEY_CHANGED_BY_ADMINISTRATOR,
  API_KEY_REVOKED_BY_ADMINISTRATOR,
  API_KEYS_IMPORTED,
  API_KEY_USED_FROM_NEW_NETWORK,
  API_KEY_EXPIRES_SOON,
  PROVIDER_LINKED,
  PROVIDER_UNLINKED,
  EMAIL_ADDRESS_CHANGED,
  USER_NAME_CHANGED,
  CREDENTIAL_CHANGED,
  CREDENTIAL_SET_BY_ADMINISTRATOR,
  CREDENTIAL_REMOVED,
  LOGIN_FROM_NEW_DEVICE,
  BREACHED_PASSWORD,
  BREACHED_PASSWORD_MUST_CHANGE;

  /** As in metrics and in the log: lower case, with hyphens. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** For example {@code bulwarkNotification.password-changed}. */
  String key() {
    return "bulwarkNotification." + label();
  }
}
