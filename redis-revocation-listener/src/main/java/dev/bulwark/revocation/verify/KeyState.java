package dev.bulwark.revocation.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What the stored data of an API key say about the tokens exchanged for it. The fields are a data
 * format of the API keys; introspection decides by the same.
 */
final class KeyState {

  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyState() {}

  /**
   * Whether tokens of a key are still honoured.
   *
   * @param data JSON, blank for a key without limits; null if there is no such key
   * @param issuedAt of the token, seconds since 1970
   * @param now milliseconds since 1970
   * @throws IllegalArgumentException if the data cannot be read
   */
  static boolean isStillValid(@Nullable String data, long issuedAt, long now) {
    if (data == null || data.isBlank()) {
      return data != null;
    }
    JsonNode node;
    try {
      node = JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("The data of an API key are no JSON", e);
    }
    return node.path("active").asBoolean(true)
        && now < moment(node.path("expiresAt"))
        && now < moment(node.path("graceUntil"))
        && issuedAt >= node.path("tokensFrom").asLong(Long.MIN_VALUE);
  }

  /** Milliseconds since 1970; imported keys may have the text of a moment. */
  private static long moment(JsonNode value) {
    if (value.isNumber()) {
      return value.asLong();
    }
    String text = value.asText("");
    if (text.isBlank() || value.isNull()) {
      return Long.MAX_VALUE;
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("The end of an API key cannot be read", e);
    }
  }
}
