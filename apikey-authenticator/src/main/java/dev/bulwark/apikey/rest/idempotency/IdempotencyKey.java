package dev.bulwark.apikey.rest.idempotency;

import dev.bulwark.apikey.rest.message.KeyRequest;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header). */
final class IdempotencyKey {

  static final String HEADER = "Idempotency-Key";

  /** Long enough for 64 random bits and more: the answer that is kept is encrypted with it. */
  private static final int MIN = 16;

  private static final int MAX = 128;

  /** A string of RFC 8941, or the same without quotes. */
  private static final Pattern VALUE = Pattern.compile("\"([!#-\\[\\]-~]+)\"|([!#-\\[\\]-~]+)");

  private IdempotencyKey() {}

  /** Reads the header of a request; empty where there is none. */
  static Optional<String> of(HttpHeaders headers) {
    List<String> sent = headers.getRequestHeader(HEADER);
    if (sent == null || sent.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        parse(sent.size() == 1 ? sent.get(0).strip() : "")
            .orElseThrow(
                () ->
                    KeyRequest.invalid(
                        HEADER
                            + " must be one text of "
                            + MIN
                            + " to "
                            + MAX
                            + " visible ASCII characters, best a random UUID")));
  }

  /** The text of the header, without the quotes; empty where it is not what it must be. */
  static Optional<String> parse(String value) {
    Matcher matcher = VALUE.matcher(value);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String key = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return key.length() < MIN || key.length() > MAX ? Optional.empty() : Optional.of(key);
  }
}
