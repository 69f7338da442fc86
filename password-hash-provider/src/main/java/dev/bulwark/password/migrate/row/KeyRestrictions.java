package dev.bulwark.password.migrate.row;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.contract.HiddenCharacters;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rate limit, allowed networks and metadata of an API key: an export must not lose what restricts a
 * key, and an import must not bring what Keycloak would reject as a whole.
 */
public final class KeyRestrictions {

  /**
   * One of them.
   *
   * @param name in the file
   * @param stored its name in the stored credential
   * @param isValid whether Keycloak would take a value
   */
  private record Field(String name, String stored, Predicate<JsonNode> isValid) {}

  private static final List<Field> FIELDS =
      List.of(
          new Field("rate_limit", "rateLimit", KeyRestrictions::isRateLimit),
          new Field("allowed_networks", "allowedNetworks", KeyRestrictions::areNetworks),
          new Field("metadata", "metadata", KeyRestrictions::isMetadata));

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
    return FIELDS.stream().map(Field::name).collect(Collectors.toUnmodifiableSet());
  }

  /** Their names in the stored credential. */
  static List<String> stored() {
    return FIELDS.stream().map(Field::stored).toList();
  }

  /**
   * Reads them in the form of the stored credential.
   *
   * @throws RejectedRowException naming the field that is wrong
   */
  static ObjectNode read(JsonNode key) throws RejectedRowException {
    ObjectNode stored = JsonNodeFactory.instance.objectNode();
    for (Field field : FIELDS) {
      @Nullable JsonNode value = key.get(field.name());
      if (value != null && !value.isNull()) {
        if (!field.isValid().test(value)) {
          throw new RejectedRowException(
              "api_key_hashes: an element whose '" + field.name() + "' cannot be used");
        }
        stored.set(field.stored(), value);
      }
    }
    return stored;
  }

  /** Writes those of a stored credential, of whatever type. */
  public static void write(JsonNode stored, ObjectNode key) {
    for (Field field : FIELDS) {
      JsonNode value = stored.path(field.stored());
      boolean isNothing = value.isNull() || (value.isContainerNode() && value.isEmpty());
      if (!value.isMissingNode() && !isNothing) {
        key.set(field.name(), value);
      }
    }
  }

  private static boolean isRateLimit(JsonNode value) {
    return value.size() == 2
        && isNumber(value.path("requests"), MAX_REQUESTS)
        && isNumber(value.path("seconds"), MAX_SECONDS);
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
          || HiddenCharacters.areIn(value.textValue())) {
        return false;
      }
      total += entry.getKey().length() + value.textValue().length();
    }
    return total <= MAX_TOTAL;
  }
}
