package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Copies of a JSON object, each with one field that has another plausible value. */
final class ChangedFields {

  private ChangedFields() {}

  /** The copies by the name of the changed field, {@code attributes.name} for one of an object. */
  static Map<String, ObjectNode> of(ObjectNode json) {
    Map<String, ObjectNode> copies = new LinkedHashMap<>();
    json.fields()
        .forEachRemaining(
            field -> {
              if (field.getValue() instanceof ObjectNode inner) {
                of(inner)
                    .forEach(
                        (name, changed) ->
                            copies.put(
                                field.getKey() + "." + name,
                                json.deepCopy().set(field.getKey(), changed)));
              } else {
                changed(field.getValue(), json)
                    .ifPresent(
                        value ->
                            copies.put(field.getKey(), json.deepCopy().set(field.getKey(), value)));
              }
            });
    return copies;
  }

  private static Optional<JsonNode> changed(JsonNode value, ObjectNode json) {
    if (value.isBoolean()) {
      return Optional.of(json.booleanNode(!value.asBoolean()));
    }
    if (value.isNumber()) {
      return Optional.of(json.numberNode(value.asLong() == 1 ? 2 : 1));
    }
    if (value.isTextual()) {
      String text = value.asText();
      return Optional.of(
          json.textNode(
              switch (text) {
                case "true" -> "false";
                case "false" -> "true";
                default -> text.matches("\\d+") ? "1" : text + "x";
              }));
    }
    // Of one element: a list of values, as components have them.
    if (value.isArray() && value.size() == 1 && value.get(0).isTextual()) {
      ArrayNode changed = json.arrayNode();
      changed(value.get(0), json).ifPresent(changed::add);
      return Optional.of(changed);
    }
    return value.isArray() && !value.isEmpty() ? Optional.of(json.arrayNode()) : Optional.empty();
  }
}
