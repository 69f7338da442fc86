package dev.bulwark.password.argon2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hashes made by the reference implementation in C; see README.md beside the file. */
public final class ReferenceVectors {

  private static final Pattern ENCODED =
      Pattern.compile(
          "\\$argon2(id?|d)\\$v=(\\d+)\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$([^$]+)\\$([^$]+)");

  /** One password and its hash. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Vector(String password, Argon2Parameters parameters, byte[] salt, byte[] hash) {
    @Override
    public String toString() {
      return parameters + " of " + password.length() + " characters";
    }
  }

  private ReferenceVectors() {}

  public static List<Vector> all() {
    ObjectMapper json = new ObjectMapper();
    try (InputStream in =
            Objects.requireNonNull(
                ReferenceVectors.class.getResourceAsStream("reference-vectors.jsonl"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines.lines().map(line -> vector(json, line)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Vector vector(ObjectMapper json, String line) {
    try {
      JsonNode node = json.readTree(line);
      Matcher encoded = ENCODED.matcher(node.get("encoded").textValue());
      if (!encoded.matches()) {
        throw new IllegalStateException("not a PHC string: " + line);
      }
      byte[] hash = Base64.getDecoder().decode(encoded.group(7));
      return new Vector(
          node.get("password").textValue(),
          new Argon2Parameters(
              Argon2Type.ofLabel(encoded.group(1)).orElseThrow(),
              Argon2Version.ofCode(Integer.parseInt(encoded.group(2))).orElseThrow(),
              Integer.parseInt(encoded.group(3)),
              Integer.parseInt(encoded.group(4)),
              Integer.parseInt(encoded.group(5)),
              hash.length),
          Base64.getDecoder().decode(encoded.group(6)),
          hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
