package dev.bulwark.realm.diff;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.bulwark.http.command.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A realm's file with its placeholders replaced, as Keycloak's import replaces them. */
final class RealmFile {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names of variables only: {@code ${client_account}} and the like are Keycloak's messages. */
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\$\\{(?:env\\.)?([A-Z][A-Z0-9_]*)(?::([^}]*))?}");

  private final Map<String, String> variables;
  private final Set<String> missing = new TreeSet<>();

  private RealmFile(Map<String, String> variables) {
    this.variables = variables;
  }

  /**
   * Reads a file.
   *
   * @throws CommandException if it is no realm, or a variable without a default is not set
   */
  static JsonNode read(Path file, Map<String, String> variables) throws IOException {
    if (Files.isDirectory(file)) {
      throw new CommandException(file + " is a folder");
    }
    JsonNode realm;
    try {
      realm = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new CommandException(file + " is not JSON");
    }
    if (!realm.path("realm").isTextual()) {
      throw new CommandException(file + " is no realm: it has no field \"realm\"");
    }
    return resolve(realm, variables);
  }

  /**
   * Replaces the placeholders. One in a secret needs no variable, since secrets are not compared.
   *
   * @throws CommandException if a variable without a default is not set
   */
  static JsonNode resolve(JsonNode realm, Map<String, String> variables) {
    RealmFile file = new RealmFile(variables);
    JsonNode resolved = file.resolve("", realm);
    if (!file.missing.isEmpty()) {
      throw new CommandException(
          "the file uses variables that are not set: " + String.join(", ", file.missing));
    }
    return resolved;
  }

  private JsonNode resolve(String field, JsonNode node) {
    if (node.isTextual()) {
      return TextNode.valueOf(
          PLACEHOLDER
              .matcher(node.asText())
              .replaceAll(match -> Matcher.quoteReplacement(value(field, match))));
    }
    if (node.isObject()) {
      ObjectNode copy = JSON.createObjectNode();
      node.properties()
          .forEach(entry -> copy.set(entry.getKey(), resolve(entry.getKey(), entry.getValue())));
      return copy;
    }
    if (node.isArray()) {
      ArrayNode copy = JSON.createArrayNode();
      node.forEach(item -> copy.add(resolve(field, item)));
      return copy;
    }
    return node;
  }

  private String value(String field, MatchResult placeholder) {
    String name = placeholder.group(1);
    @Nullable String whenUnset = placeholder.group(2);
    @Nullable String value = variables.get(name);
    if (value != null && (whenUnset != null || !value.isEmpty())) {
      return value;
    }
    if (whenUnset != null) {
      return whenUnset;
    }
    if (!Secrets.isSecret(field)) {
      missing.add(name);
    }
    return Secrets.MASK;
  }
}
