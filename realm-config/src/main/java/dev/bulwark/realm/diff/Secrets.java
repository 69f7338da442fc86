package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** Tells which values are secret. */
final class Secrets {

  /** The value that Keycloak's partial export has in place of a secret. */
  static final String MASK = "**********";

  private static final Pattern NAME =
      Pattern.compile(
          "(?i)(.*[._-])?(\\w*secret|\\w*password|\\w*privateKey|bindCredential|private\\.key"
              + "|secret\\.key|registrationAccessToken)");

  private Secrets() {}

  /** Returns whether a field of that name contains a secret. */
  static boolean isSecret(String field) {
    return NAME.matcher(field).matches();
  }

  /** Returns whether the server has a secret there that it does not show. */
  static boolean isMasked(JsonNode live) {
    return (live.isArray() && live.size() == 1 ? live.get(0) : live).asText().equals(MASK);
  }
}
