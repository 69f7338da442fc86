package dev.bulwark.realm.diff;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compares the representation of a realm in a file with that of a server.
 *
 * <ul>
 *   <li>A field that only the server has is not compared: Keycloak writes every default. An empty
 *       list in the file is compared, so it stands for "nobody has added anything".
 *   <li>In objects whose fields are names, such as the clients of composite roles, a name that only
 *       the server has is a difference. Objects in lists are matched by name, and one that only the
 *       server has is a difference. Neither is one if Keycloak itself creates it ({@link
 *       KeycloakItems}). The same applies to the settings of steps and required actions, and to the
 *       validators of the user profile. These are there even without settings.
 *   <li>Lists of texts are sets. A list of one text and the text are the same.
 *   <li>A missing value is the same as an empty one, {@code true} the same as {@code "true"}.
 *   <li>Texts that are JSON objects are compared as objects.
 *   <li>Ids, users and secrets are not compared.
 * </ul>
 *
 * Not for use by several threads.
 */
final class RealmDiff {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> IGNORED =
      Set.of("id", "containerId", "internalId", "keycloakVersion", "users", "federatedUsers");

  /** Objects whose fields are names of clients, or the kinds of what a role or component has. */
  private static final Set<String> MAPS_OF_NAMES =
      Set.of("composites", "client", "clientScopeMappings", "clientRoles", "subComponents");

  /** Settings to which Keycloak adds no default. */
  private static final Pattern WHOLE_SETTINGS =
      Pattern.compile("(authenticatorConfig|requiredActions)\\[.*]\\.config");

  private static final String VALIDATORS = "validations";

  private static final String FLOW_BINDINGS = "authenticationFlowBindingOverrides";

  private final String realm;
  private final List<Difference> differences = new ArrayList<>();
  private KeycloakItems keycloak;
  private Map<String, String> fileFlows = Map.of();
  private Map<String, String> liveFlows = Map.of();

  RealmDiff(String realm) {
    this.realm = realm;
    this.keycloak = new KeycloakItems(realm, MissingNode.getInstance());
  }

  /** Returns the differences in the order of the file. */
  List<Difference> compare(JsonNode file, JsonNode live) {
    keycloak = new KeycloakItems(realm, file);
    fileFlows = flowAliases(file);
    liveFlows = flowAliases(live);
    differences.clear();
    compareFields("", file, live);
    return List.copyOf(differences);
  }

  private void compareFields(String path, JsonNode file, JsonNode live) {
    file.properties()
        .forEach(
            field -> {
              String name = field.getKey();
              JsonNode other = live.path(name);
              String at = path.isEmpty() ? name : path + '.' + name;
              boolean hidden = other.isMissingNode() && KeycloakItems.hides(at);
              if (!IGNORED.contains(name) && !Secrets.isMasked(other) && !hidden) {
                compare(at, name, field.getValue(), other);
              }
            });
  }

  /** Compares the fields of both: here Keycloak's defaults are few, and none is secret. */
  private void compareNames(String path, JsonNode file, JsonNode live) {
    for (String name : names(file, live)) {
      String at = path + '.' + name;
      if (file.has(name) || !keycloak.adds(at, texts(live.path(name)))) {
        compare(at, name, file.path(name), live.path(name));
      }
    }
  }

  private void compareSettings(String path, JsonNode file, JsonNode live) {
    for (String name : names(file, live)) {
      if (!file.has(name) || !Secrets.isMasked(live.path(name))) {
        compare(path + '.' + name, name, file.path(name), live.path(name));
      }
    }
  }

  private void compareValidators(String path, JsonNode file, JsonNode live) {
    for (String name : names(file, live)) {
      String at = path + '.' + name;
      if (file.has(name) && live.has(name)) {
        compare(at, name, file.path(name), live.path(name));
      } else {
        add(at, presence(file.has(name)), presence(live.has(name)));
      }
    }
  }

  private static Set<String> names(JsonNode file, JsonNode live) {
    Set<String> names = new LinkedHashSet<>();
    file.fieldNames().forEachRemaining(names::add);
    live.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void compare(String path, String field, JsonNode file, JsonNode live) {
    JsonNode wanted = structure(file);
    JsonNode found = structure(live);
    if (field.equals(FLOW_BINDINGS)) {
      compareFlowBindings(path, file, live);
    } else if (field.equals(VALIDATORS)) {
      compareValidators(path, wanted, found);
    } else if (WHOLE_SETTINGS.matcher(path).matches()) {
      compareSettings(path, wanted, found);
    } else if (isListOfObjects(wanted) || (isEmpty(wanted) && isListOfObjects(found))) {
      compareItems(path, wanted, found);
    } else if (MAPS_OF_NAMES.contains(field)
        && (wanted.isObject() || (isEmpty(wanted) && found.isObject()))) {
      compareNames(path, wanted, found);
    } else if (wanted.isObject()) {
      compareFields(path, wanted, found);
    } else if (!texts(wanted).equals(withoutKeycloaks(path, texts(wanted), texts(found)))) {
      boolean secret = Secrets.isSecret(field);
      add(path, show(secret, file), show(secret, live));
    }
  }

  /** Returns the texts of the server without those that Keycloak itself has added. */
  private static Set<String> withoutKeycloaks(String path, Set<String> file, Set<String> live) {
    Set<String> others = new TreeSet<>(live);
    others.removeIf(
        text -> !file.contains(text) && KeycloakItems.optionalScopes(path).contains(text));
    return others;
  }

  private void compareItems(String path, JsonNode file, JsonNode live) {
    Map<String, JsonNode> wanted = ItemKeys.of(file);
    Map<String, JsonNode> found = ItemKeys.of(live);
    wanted.forEach(
        (key, item) -> {
          String at = path + '[' + key + ']';
          JsonNode other = found.get(key);
          if (other == null) {
            add(at, presence(true), presence(false));
          } else {
            compareFields(at, item, other);
          }
        });
    found.forEach(
        (key, item) -> {
          if (!wanted.containsKey(key) && !keycloak.creates(path, key, item)) {
            add(path + '[' + key + ']', presence(false), presence(true));
          }
        });
  }

  /** Compares the flows of a client, which an export names by id and a file by alias or id. */
  private void compareFlowBindings(String path, JsonNode file, JsonNode live) {
    Set<String> purposes = new TreeSet<>();
    file.fieldNames().forEachRemaining(purposes::add);
    live.fieldNames().forEachRemaining(purposes::add);
    for (String purpose : purposes) {
      String wanted = alias(fileFlows, file.path(purpose));
      String found = alias(liveFlows, live.path(purpose));
      if (!wanted.equals(found)) {
        add(path + '.' + purpose, show(wanted), show(found));
      }
    }
  }

  private static String alias(Map<String, String> aliases, JsonNode flow) {
    return aliases.getOrDefault(flow.asText(), flow.asText());
  }

  private static Map<String, String> flowAliases(JsonNode realm) {
    Map<String, String> aliases = new HashMap<>();
    for (JsonNode flow : realm.path("authenticationFlows")) {
      aliases.put(flow.path("id").asText(), flow.path("alias").asText());
    }
    return aliases;
  }

  private void add(String path, String file, String live) {
    differences.add(new Difference(path, file, live));
  }

  private static String presence(boolean present) {
    return present ? "present" : "missing";
  }

  private static String show(boolean secret, JsonNode value) {
    if (isEmpty(value)) {
      return show("");
    }
    return secret ? "a secret" : value.isObject() ? "an object" : value.toString();
  }

  private static String show(String text) {
    return text.isEmpty() ? "not set" : '"' + text + '"';
  }

  /** Returns the object that a text contains, or the value itself. */
  private static JsonNode structure(JsonNode value) {
    JsonNode text = value.isArray() && value.size() == 1 ? value.get(0) : value;
    if (text.isTextual() && text.asText().startsWith("{")) {
      try {
        return JSON.readTree(text.asText());
      } catch (JsonProcessingException e) {
        return value;
      }
    }
    return value;
  }

  private static boolean isListOfObjects(JsonNode value) {
    return value.isArray() && !value.isEmpty() && value.get(0).isObject();
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isTextual() && value.asText().isEmpty())
        || (value instanceof ContainerNode && value.isEmpty());
  }

  private static Set<String> texts(JsonNode value) {
    Set<String> texts = new TreeSet<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!isEmpty(item)) {
        texts.add(item.isTextual() ? item.asText() : item.toString());
      }
    }
    return texts;
  }
}
