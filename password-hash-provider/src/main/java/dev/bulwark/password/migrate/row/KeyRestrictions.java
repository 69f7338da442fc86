package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rate limit, allowed networks and metadata of an API key: an export must not lose what restricts a
 * key, and an import must not bring what Keycloak would reject as a whole.
 */
public final class KeyRestrictions {

  private static final String RATE_LIMIT = "rate_limit";
  private static final String NETWORKS = "allowed_networks";
  private static final String METADATA = "metadata";

  /** Names in the file with those of the stored credential. */
  private static final Map<String, String> STORED =
      Map.of(RATE_LIMIT, "rateLimit", NETWORKS, "allowedNetworks", METADATA, "metadata");

  /** As long as the bundle takes them. */
  private static final int MAX_REQUESTS = 100_000_000;

  private static final int MAX_SECONDS = 2_678_400;
  private static final int MAX_NETWORKS = 50;
  private static final int MAX_ENTRIES = 20;
  private static final int MAX_VALUE = 200;
  private static final int MAX_TOTAL = 1_500;

  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
  private static final Pattern NETWORK =
      Pattern.compile(
          OCTET
              + "(\\."
              + OCTET
              + "){3}(/(3[0-2]|[12]?[0-9]))?"
              + "|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

  private KeyRestrictions() {}

  /** The names that a key in a file may have for them. */
  static Set<String> fields() {
    return STORED.keySet();
  }

  /**
   * Reads them in the form of the stored credential.
   *
   * @throws RefusedRowException naming the field that is wrong
   */
  static ObjectNode read(JsonNode key) throws RefusedRowException {
    ObjectNode stored = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, String> field : STORED.entrySet()) {
      @Nullable JsonNode value = key.get(field.getKey());
      if (value != null && !value.isNull()) {
        if (!isValid(field.getKey(), value)) {
          throw new RefusedRowException(
              "api_key_hashes: an element whose '" + field.getKey() + "' cannot be used");
        }
        stored.set(field.getValue(), value);
      }
    }
    return stored;
  }

  /** Writes those of a stored credential. */
  public static void write(JsonNode stored, ObjectNode key) {
    for (String field : new String[] {RATE_LIMIT, NETWORKS, METADATA}) {
      JsonNode value = stored.path(STORED.getOrDefault(field, field));
      if (value.isContainerNode() && !value.isEmpty()) {
        key.set(field, value);
      }
    }
  }

  private static boolean isValid(String field, JsonNode value) {
    return switch (field) {
      case RATE_LIMIT ->
          value.size() == 2
              && isNumber(value.path("requests"), MAX_REQUESTS)
              && isNumber(value.path("seconds"), MAX_SECONDS);
      case NETWORKS -> areNetworks(value);
      default -> isMetadata(value);
    };
  }

  private static boolean isNumber(JsonNode value, int most) {
    return value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= 1
        && value.intValue() <= most;
  }

  private static boolean areNetworks(JsonNode list) {
    if (!list.isArray() || list.isEmpty() || list.size() > MAX_NETWORKS) {
      return false;
    }
    for (JsonNode network : list) {
      if (!network.isTextual() || !NETWORK.matcher(network.textValue()).matches()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMetadata(JsonNode object) {
    if (!object.isObject() || object.size() > MAX_ENTRIES) {
      return false;
    }
    int total = 0;
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode value = entry.getValue();
      if (!NAME.matcher(entry.getKey()).matches()
          || !value.isTextual()
          || value.textValue().length() > MAX_VALUE
          || value.textValue().chars().anyMatch(Character::isISOControl)) {
        return false;
      }
      total += entry.getKey().length() + value.textValue().length();
    }
    return total <= MAX_TOTAL;
  }
}
