package dev.bulwark.it.password;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A password and its hash as another application's library wrote it. */
public record OldHash(String library, String algorithm, String password, String hash) {

  private static final Path VECTORS =
      Path.of(
          "..",
          "..",
          "password-hash-provider",
          "src/test/resources/dev/bulwark/password/foreign/foreign-vectors.jsonl");

  /** Of each library and form one password in several scripts. */
  public static List<OldHash> oneOfEachForm() {
    Map<String, OldHash> chosen = new HashMap<>();
    for (OldHash hash : all()) {
      if (hash.password.startsWith("Pässwörd")) {
        chosen.putIfAbsent(hash.form(), hash);
      }
    }
    return sorted(chosen);
  }

  /** Of each algorithm that is stored one, and one of a password over 72 bytes if there is any. */
  static List<OldHash> oneOfEachAlgorithm(List<OldHash> hashes) {
    Map<String, OldHash> chosen = new HashMap<>();
    hashes.forEach(hash -> chosen.putIfAbsent(hash.algorithm + hash.isLong(), hash));
    return sorted(chosen);
  }

  /** As {@link #oneOfEachForm}, and of bcrypt one password over 72 bytes. */
  static List<OldHash> ofEachForm() {
    Map<String, OldHash> chosen = new HashMap<>();
    for (OldHash hash : all()) {
      if (hash.password.startsWith("Pässwörd")
          || hash.algorithm.equals("bcrypt") && hash.isLong()) {
        chosen.putIfAbsent(hash.form() + hash.password, hash);
      }
    }
    return sorted(chosen);
  }

  private static List<OldHash> sorted(Map<String, OldHash> chosen) {
    return chosen.values().stream().sorted(Comparator.comparing(v -> v.library + v.hash)).toList();
  }

  private static List<OldHash> all() {
    ObjectMapper json = new ObjectMapper();
    try {
      return Files.readAllLines(VECTORS).stream()
          .map(line -> parse(json, line))
          .map(
              node ->
                  new OldHash(
                      node.get("library").asText(),
                      node.get("algorithm").asText(),
                      node.get("password").asText(),
                      node.get("hash").asText()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(ObjectMapper json, String line) {
    try {
      return json.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isLong() {
    return password.length() == 80;
  }

  private String form() {
    return library + algorithm + hash.replaceAll("[^$:,=]{16,}", "").replaceAll("\\d+", "");
  }

  @Override
  public String toString() {
    return library + " " + hash.substring(0, 14) + "… " + password;
  }
}
