package dev.bulwark.it.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code docs/ci.md} and the files beside it tell readers to run. */
final class Recipe {

  /** The repository, where the recipe's commands are run. */
  static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  private Recipe() {}

  /** The one job of the workflow. */
  static JsonNode job() {
    try {
      return new YAMLMapper().readTree(text("docs/ci/github-actions.yml")).get("jobs").get("test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the workflow's step of that name runs. */
  static String step(String name) {
    for (JsonNode step : job().get("steps")) {
      if (step.path("name").asText().equals(name)) {
        return step.get("run").asText();
      }
    }
    throw new AssertionError("the workflow has no step " + name);
  }

  /** The inputs of the step that fetches this repository. */
  static JsonNode checkout() {
    for (JsonNode step : job().get("steps")) {
      if (step.path("with").has("repository")) {
        return step.get("with");
      }
    }
    throw new AssertionError("the workflow does not fetch this repository");
  }

  /** The environment that the workflow gives to its steps. */
  static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    job()
        .get("env")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
    return environment;
  }

  static String text(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
