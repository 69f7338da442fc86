package dev.bulwark.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.server.process.ServerStartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shipped realm, with or without its development additions, as text.
 *
 * <p>Keycloak itself replaces <code>${NAME}</code> placeholders only in {@code --import-realm} and
 * {@code kc.sh import}; a file for the admin REST API must be resolved first ({@link #resolve}).
 */
public record RealmFile(String json) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::([^}]*))?}");

  /** The realm as shipped: no user, no secret, placeholders unresolved. */
  public static RealmFile shipped() {
    return new RealmFile(read("app-realm.json"));
  }

  /** The shipped realm plus the demo users and the client {@code dev-cli}: never for production. */
  public static RealmFile development() {
    return shipped().plus(read("dev/app-realm-additions.json"));
  }

  /** Values of the placeholders for development and tests: known to everybody. */
  public static Map<String, String> developmentEnvironment() {
    try {
      Map<?, ?> values = JSON.readValue(read("dev/environment.json"), Map.class);
      return values.entrySet().stream()
          .collect(
              java.util.stream.Collectors.toUnmodifiableMap(
                  entry -> String.valueOf(entry.getKey()),
                  entry -> String.valueOf(entry.getValue())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds the elements of each array of {@code additions} to the array of that name, and replaces
   * what is no array.
   */
  public RealmFile plus(String additions) {
    try {
      ObjectNode realm = (ObjectNode) JSON.readTree(json);
      JSON.readTree(additions)
          .properties()
          .forEach(
              property -> {
                if (property.getValue() instanceof ArrayNode elements) {
                  realm.withArray(property.getKey()).addAll(elements);
                } else {
                  realm.set(property.getKey(), property.getValue());
                }
              });
      return new RealmFile(JSON.writeValueAsString(realm));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Replaces each placeholder by its value, or by its default where it has one.
   *
   * @throws ServerStartException naming every placeholder that has neither
   */
  public RealmFile resolve(Map<String, String> values) {
    TreeSet<String> missing = new TreeSet<>();
    String resolved =
        PLACEHOLDER
            .matcher(json)
            .replaceAll(
                match -> {
                  String value = values.get(match.group(1));
                  if (value == null) {
                    value = match.group(2);
                  }
                  if (value == null) {
                    missing.add(match.group(1));
                    value = "";
                  }
                  return Matcher.quoteReplacement(quoted(value));
                });
    if (!missing.isEmpty()) {
      throw new ServerStartException(
          "The realm needs these environment variables, which are not set: " + missing);
    }
    return new RealmFile(resolved);
  }

  /**
   * Writes the realm as {@code app-realm.json} into the folder, as {@code --import-realm} expects
   * it, and returns the file.
   */
  public Path writeTo(Path folder) {
    try {
      return Files.writeString(Files.createDirectories(folder).resolve("app-realm.json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String quoted(String value) {
    try {
      String text = JSON.writeValueAsString(value);
      return text.substring(1, text.length() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String name) {
    try (InputStream in = RealmFile.class.getResourceAsStream("/dev/bulwark/realm/" + name)) {
      if (in == null) {
        throw new ServerStartException(
            name + " is not on the class path: is the realm-config module?");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
