package dev.bulwark.apikey.authenticator;

import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request of the password grant carries a key: in the header, or in the password field. A
 * password is taken for a key only if it has the form of this realm's keys, so that no password is
 * looked up, or counted, as a wrong key.
 */
sealed interface DirectGrantKey {

  /** No key: the request is for the other executions of the flow. */
  record None() implements DirectGrantKey {}

  /** More than one header: which one a proxy in front has looked at cannot be known. */
  record Ambiguous() implements DirectGrantKey {}

  /** A key, to be verified. */
  record Presented(String key) implements DirectGrantKey {
    @Override
    public String toString() {
      return "Presented[hidden]";
    }
  }

  /**
   * Finds the key of a request; that of the header wins.
   *
   * @param headers values of the header, null or empty if it was not sent
   * @param password the password field, null if it was not sent
   * @param prefix the prefix of the realm's keys
   */
  static DirectGrantKey of(
      @Nullable List<String> headers, @Nullable String password, String prefix) {
    if (headers != null && !headers.isEmpty()) {
      return headers.size() > 1 || headers.get(0).isBlank()
          ? new Ambiguous()
          : new Presented(headers.get(0).trim());
    }
    if (password == null) {
      return new None();
    }
    return switch (ApiKeyFormat.classify(password, prefix)) {
      case CHECKED, UNCHECKED, BAD_CHECKSUM -> new Presented(password);
      case FOREIGN, ODD_LENGTH, MALFORMED -> new None();
    };
  }
}
