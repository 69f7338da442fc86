package dev.bulwark.password.migrate;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The names of CSV columns and of fields of a JSON line. */
final class Columns {

  static final String USERNAME = "username";
  static final String EMAIL = "email";
  static final String PASSWORD_HASH = "password_hash";
  static final String FIRST_NAME = "first_name";
  static final String LAST_NAME = "last_name";
  static final String ENABLED = "enabled";
  static final String EMAIL_VERIFIED = "email_verified";
  static final String TOTP_SECRET = "totp_secret";
  static final String API_KEY_HASHES = "api_key_hashes";

  static final List<String> REQUIRED = List.of(USERNAME, EMAIL, PASSWORD_HASH);
  static final Set<String> ALL =
      Set.of(
          USERNAME,
          EMAIL,
          PASSWORD_HASH,
          FIRST_NAME,
          LAST_NAME,
          ENABLED,
          EMAIL_VERIFIED,
          TOTP_SECRET,
          API_KEY_HASHES);

  private Columns() {}

  /** Several hashes in one text, apart by blanks, commas, semicolons or bars. */
  static List<ApiKeyEntry> apiKeys(String text) {
    String trimmed = text.strip();
    return trimmed.isEmpty()
        ? List.of()
        : Arrays.stream(trimmed.split("[\\s,;|]+")).map(ApiKeyEntry::of).toList();
  }
}
