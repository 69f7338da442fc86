package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the names by which the items of a list are the same in the file and on the server. */
final class ItemKeys {

  /** Of several fields that an item has, the first. A step of a flow is named by what it runs. */
  private static final List<String> FIELDS =
      List.of(
          "clientId",
          "alias",
          "flowAlias",
          "authenticator",
          "clientScope",
          "client",
          "name",
          "username",
          "providerId",
          "id");

  private ItemKeys() {}

  /**
   * Returns the items by their keys, in their order. Equal keys are numbered from the second on.
   */
  static Map<String, JsonNode> of(JsonNode list) {
    Map<String, JsonNode> items = new LinkedHashMap<>();
    for (JsonNode item : list) {
      String key = key(item);
      String unique = key;
      for (int i = 2; items.containsKey(unique); i++) {
        unique = key + '#' + i;
      }
      items.put(unique, item);
    }
    return items;
  }

  private static String key(JsonNode item) {
    String provider = item.path("identityProviderAlias").asText();
    for (String field : FIELDS) {
      String name = item.path(field).asText();
      if (!name.isEmpty() && !name.equals("null")) {
        return provider.isEmpty() ? name : provider + '/' + name;
      }
    }
    return item.toString();
  }
}
