package dev.bulwark.apikey.bulk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ForeignKey;
import dev.bulwark.apikey.key.KeyMetadata;
import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.PlainText;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One row of an import: a key and who owns it.
 *
 * @param owner as named in the row
 * @param key the key
 */
public record ImportRow(OwnerName owner, ForeignKey key) {

  private static final String DEFAULT_NAME = "imported";

  /** What a row may have. */
  static final Set<String> FIELDS =
      Set.of(
          "owner",
          "username",
          "clientId",
          "hash",
          "name",
          "prefix",
          "scopes",
          "expiresAt",
          "active",
          "createdAt",
          "rateLimit",
          "allowedNetworks",
          "metadata");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(10).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a row: one JSON object. A field that is not known is rejected, so that a misspelt expiry
   * does not make a key that never ends.
   *
   * @throws RejectedRowException telling what is wrong
   */
  public static ImportRow parse(String line) throws RejectedRowException {
    JsonNode row;
    try {
      row = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw RejectedRowException.invalid("not JSON");
    }
    if (row == null || !row.isObject()) {
      throw RejectedRowException.invalid("not a JSON object");
    }
    for (Iterator<String> names = row.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw RejectedRowException.invalid("field '" + shown(name) + "' is not known");
      }
    }
    return new ImportRow(owner(row), key(row));
  }

  private static String shown(String name) {
    String printable = name.replaceAll("[^ -~]", "?");
    return printable.length() > 40 ? printable.substring(0, 40) + "..." : printable;
  }

  private static OwnerName owner(JsonNode row) throws RejectedRowException {
    int named = 0;
    for (String field : List.of("owner", "username", "clientId")) {
      named += row.hasNonNull(field) ? 1 : 0;
    }
    if (named != 1) {
      throw RejectedRowException.invalid("exactly one of owner, username, clientId is needed");
    }
    String username = name(row, "username");
    if (username != null) {
      return new OwnerName(OwnerType.USER, username, false);
    }
    String clientId = name(row, "clientId");
    if (clientId != null) {
      return new OwnerName(OwnerType.CLIENT, clientId, false);
    }
    JsonNode owner = row.get("owner");
    String type = text(owner, "type");
    String id = name(owner, "id");
    if (!owner.isObject() || owner.size() != 2 || type == null || id == null) {
      throw RejectedRowException.invalid("owner must have type and id, and nothing else");
    }
    OwnerType ownerType =
        OwnerType.of(type)
            .orElseThrow(() -> RejectedRowException.invalid("owner.type must be user or client"));
    return new OwnerName(ownerType, id, true);
  }

  private static ForeignKey key(JsonNode row) throws RejectedRowException {
    String hash = text(row, "hash");
    if (hash == null) {
      throw RejectedRowException.invalid("hash is needed");
    }
    String name = text(row, "name");
    String prefix = text(row, "prefix");
    try {
      return new ForeignKey(
          hash,
          ApiKeyData.builder()
              .name(name == null ? DEFAULT_NAME : name)
              .prefix(prefix == null ? "" : prefix)
              .scopes(texts(row, "scopes"))
              .expiresAt(moment(row, "expiresAt"))
              .active(active(row))
              .rateLimit(rateLimit(row))
              .allowedNetworks(networks(row))
              .metadata(metadata(row))
              .build(),
          moment(row, "createdAt"));
    } catch (IllegalArgumentException e) {
      throw RejectedRowException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable RateLimit rateLimit(JsonNode row) throws RejectedRowException {
    JsonNode limit = row.get("rateLimit");
    if (limit == null || limit.isNull()) {
      return null;
    }
    JsonNode requests = limit.path("requests");
    JsonNode seconds = limit.path("seconds");
    if (limit.size() != 2 || !isNumber(requests) || !isNumber(seconds)) {
      throw RejectedRowException.invalid("rateLimit must have requests and seconds, whole numbers");
    }
    return new RateLimit(requests.intValue(), seconds.intValue());
  }

  private static boolean isNumber(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToInt();
  }

  private static @Nullable AllowedNetworks networks(JsonNode row) throws RejectedRowException {
    return row.hasNonNull("allowedNetworks")
        ? AllowedNetworks.of(texts(row, "allowedNetworks"))
        : null;
  }

  private static @Nullable KeyMetadata metadata(JsonNode row) throws RejectedRowException {
    JsonNode object = row.get("metadata");
    if (object == null || object.isNull()) {
      return null;
    }
    if (!object.isObject()) {
      throw RejectedRowException.invalid("metadata must be an object of strings");
    }
    Map<String, String> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!member.getValue().isTextual()) {
        throw RejectedRowException.invalid("metadata must be an object of strings");
      }
      values.put(member.getKey(), member.getValue().textValue());
    }
    return KeyMetadata.of(values);
  }

  private static List<String> texts(JsonNode row, String field) throws RejectedRowException {
    List<String> texts = new ArrayList<>();
    JsonNode list = row.get(field);
    if (list == null || list.isNull()) {
      return texts;
    }
    if (!list.isArray()) {
      throw RejectedRowException.invalid(field + " must be a list of strings");
    }
    for (JsonNode element : list) {
      if (!element.isTextual() || element.textValue().isBlank()) {
        throw RejectedRowException.invalid(field + " must be a list of strings");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  private static boolean active(JsonNode row) throws RejectedRowException {
    JsonNode active = row.get("active");
    if (active == null || active.isNull()) {
      return true;
    }
    if (!active.isBoolean()) {
      throw RejectedRowException.invalid("active must be true or false");
    }
    return active.booleanValue();
  }

  private static @Nullable Long moment(JsonNode row, String field) throws RejectedRowException {
    String text = text(row, field);
    if (text == null) {
      return null;
    }
    return Moments.parse(text)
        .orElseThrow(
            () -> RejectedRowException.invalid(field + " must be an ISO-8601 date and time"));
  }

  /** What names an owner, who is looked for in the database. */
  private static @Nullable String name(JsonNode node, String field) throws RejectedRowException {
    String name = text(node, field);
    if (name != null && !PlainText.isName(name)) {
      throw RejectedRowException.invalid(
          field + " must be 1 to " + PlainText.MAX_NAME + " characters, without NUL");
    }
    return name;
  }

  private static @Nullable String text(JsonNode node, String field) throws RejectedRowException {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw RejectedRowException.invalid(field + " must be a string");
    }
    return value.textValue();
  }
}
