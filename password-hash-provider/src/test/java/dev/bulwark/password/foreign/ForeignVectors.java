package dev.bulwark.password.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Hashes made by other applications' libraries; see README.md beside the file. */
public final class ForeignVectors {

  /** One password and its hash, in the form in which its library keeps it. */
  public record Vector(String library, String algorithm, String password, String hash) {
    @Override
    public String toString() {
      return library + " " + hash.substring(0, Math.min(20, hash.length())) + "…";
    }
  }

  private ForeignVectors() {}

  public static List<Vector> all() {
    ObjectMapper json = new ObjectMapper();
    try (InputStream in =
            Objects.requireNonNull(
                ForeignVectors.class.getResourceAsStream("foreign-vectors.jsonl"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(
              line -> {
                try {
                  JsonNode node = json.readTree(line);
                  return new Vector(
                      node.get("library").textValue(),
                      node.get("algorithm").textValue(),
                      node.get("password").textValue(),
                      node.get("hash").textValue());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
