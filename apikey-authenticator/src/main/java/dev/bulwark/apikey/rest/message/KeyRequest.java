package dev.bulwark.apikey.rest.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bulwark.apikey.key.Moments;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body, read strictly: whatever is not what it should be is answered with 400, by a {@link
 * WebApplicationException} with an {@link ApiError}. Immutable.
 */
public final class KeyRequest {

  /** Longest body in bytes. */
  static final int MAX_BODY = 64 * 1024;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(20).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode root;

  private KeyRequest(JsonNode root) {
    this.root = root;
  }

  /**
   * Reads the body of a request. One that is declared to be a form has been consumed before it gets
   * here and would look empty, so that a rotation would lose its overlap: it is rejected.
   *
   * <p>A member that is not known is rejected: {@code expires_at} for {@code expiresAt} would make
   * a key that never ends.
   *
   * @param body null or empty for an empty object
   * @param members the names that the request may have
   * @throws WebApplicationException with 400, with 413 for a body of more than 64 KiB, or with 415
   *     for a body of another type
   */
  public static KeyRequest read(
      HttpHeaders headers, @Nullable InputStream body, List<String> members) {
    MediaType type = headers.getMediaType();
    if (type != null && !type.getSubtype().equals("json") && !type.getSubtype().endsWith("+json")) {
      throw ApiError.exception(415, "unsupported_media_type", "The body must be application/json");
    }
    byte[] bytes = bytes(body);
    if (bytes.length == 0) {
      return new KeyRequest(JSON.createObjectNode());
    }
    KeyRequest request = parse(bytes);
    request.requireOnly(members);
    return request;
  }

  /** Rejects an object with a member that is not known. */
  void requireOnly(List<String> members) {
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      if (!members.contains(names.next())) {
        // Without the name, which may be anything.
        throw invalid("Unknown member. Allowed: " + String.join(", ", members));
      }
    }
  }

  /** Reads a text that must be a JSON object. */
  static KeyRequest parse(byte[] bytes) {
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw invalid("The body is not JSON");
    } catch (IOException e) {
      throw invalid("The body cannot be read");
    }
    if (node == null || !node.isObject()) {
      throw invalid("The body must be a JSON object");
    }
    return new KeyRequest(node);
  }

  private static byte[] bytes(@Nullable InputStream body) {
    if (body == null) {
      return new byte[0];
    }
    try {
      byte[] bytes = body.readNBytes(MAX_BODY + 1);
      if (bytes.length > MAX_BODY) {
        throw ApiError.exception(413, "request_too_large", "The body is longer than 64 KiB");
      }
      return bytes;
    } catch (IOException e) {
      throw invalid("The body cannot be read");
    }
  }

  boolean has(String field) {
    return root.has(field);
  }

  Optional<String> text(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw invalid(field + " must be a string");
    }
    return Optional.of(node.textValue());
  }

  Optional<Boolean> flag(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isBoolean()) {
      throw invalid(field + " must be true or false");
    }
    return Optional.of(node.booleanValue());
  }

  /** Returns a whole number; empty where the field is absent or null. */
  public Optional<Long> number(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw invalid(field + " must be a whole number");
    }
    return Optional.of(node.longValue());
  }

  Optional<List<String>> texts(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isArray()) {
      throw invalid(field + " must be a list of strings");
    }
    List<String> values = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isTextual() || element.textValue().isBlank()) {
        throw invalid(field + " must be a list of strings");
      }
      values.add(element.textValue());
    }
    return Optional.of(values);
  }

  /**
   * A merge patch of texts: names with their new values; empty for a name that is to be removed.
   */
  Map<String, Optional<String>> textsByName() {
    Map<String, Optional<String>> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : root.properties()) {
      JsonNode value = member.getValue();
      if (!value.isTextual() && !value.isNull()) {
        // Without the name, which may be anything.
        throw invalid("Every value of metadata must be a string, or null to remove it");
      }
      texts.put(member.getKey(), Optional.ofNullable(value.textValue()));
    }
    return texts;
  }

  Optional<KeyRequest> object(String field) {
    JsonNode node = root.get(field);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isObject()) {
      throw invalid(field + " must be an object");
    }
    return Optional.of(new KeyRequest(node));
  }

  /** Epoch milliseconds of an ISO-8601 moment; null where the field is absent or null. */
  @Nullable Long moment(String field) {
    Optional<String> text = text(field);
    if (text.isEmpty()) {
      return null;
    }
    return Moments.parse(text.get())
        .orElseThrow(() -> invalid(field + " must be an ISO-8601 date and time, or null"));
  }

  /**
   * Returns an exception, to throw, that answers 400.
   *
   * @param detail what was wrong, for the caller to read
   */
  public static RuntimeException invalid(String detail) {
    return ApiError.exception(400, "invalid_request", detail);
  }
}
