package dev.bulwark.apikey.verify;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key of a client that can send standard headers only (Maven, npm, git, Docker): {@code
 * Authorization: Bearer <key>}, or HTTP Basic with the key as the password and any user name.
 */
public final class AuthorizationKey {

  /** Header in which a gateway passes on the {@code Authorization} of its client. */
  public static final String FORWARDED = "X-Forwarded-Authorization";

  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private AuthorizationKey() {}

  /**
   * Returns the key of a request; empty when there is none. Two headers are none.
   *
   * @param values of the header, null or empty if it was not sent
   */
  public static Optional<String> of(@Nullable List<String> values) {
    if (values == null || values.size() != 1) {
      return Optional.empty();
    }
    String value = values.get(0).trim();
    String scheme = value.toLowerCase(Locale.ROOT);
    if (scheme.startsWith(BEARER)) {
      return present(value.substring(BEARER.length()));
    }
    return scheme.startsWith(BASIC) ? password(value.substring(BASIC.length())) : Optional.empty();
  }

  private static Optional<String> password(String credentials) {
    try {
      byte[] bytes = Base64.getDecoder().decode(credentials.trim());
      String pair = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      int colon = pair.indexOf(':');
      return colon < 0 ? Optional.empty() : present(pair.substring(colon + 1));
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> present(String key) {
    return Optional.of(key.trim()).filter(text -> !text.isEmpty());
  }
}
