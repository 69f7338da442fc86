package dev.bulwark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs one JMH benchmark in one fork. JMH itself is a child process too, since its forks take their
 * environment from it.
 *
 * @param plan where
 * @param jvmArguments of the fork
 * @param environment of the fork
 */
public record Jmh(Plan plan, List<String> jvmArguments, Map<String, String> environment) {

  /**
   * Single calls, each a sample, after so many that are not told.
   *
   * @return milliseconds a call
   */
  public Samples calls(Class<?> benchmark, String method, int warmUp, int calls)
      throws IOException, InterruptedException {
    return run(
        benchmark, method, List.of("-bm", "ss", "-tu", "ms", "-wi", "" + warmUp, "-i", "" + calls));
  }

  private Samples run(Class<?> benchmark, String method, List<String> how)
      throws IOException, InterruptedException {
    Path result = plan.folder("jmh").resolve(benchmark.getSimpleName() + "." + method + ".json");
    Files.deleteIfExists(result);
    List<String> arguments = new ArrayList<>(List.of("-Djmh.ignoreLock=true"));
    arguments.add("org.openjdk.jmh.Main");
    arguments.add("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$");
    arguments.addAll(how);
    arguments.addAll(List.of("-f", "1", "-foe", "true"));
    if (!jvmArguments.isEmpty()) {
      arguments.addAll(List.of("-jvmArgsAppend", String.join(" ", jvmArguments)));
    }
    arguments.addAll(List.of("-rf", "json", "-rff", result.toString()));
    Command.java(plan, arguments).with(environment).run();
    return read(result);
  }

  private static Samples read(Path result) throws IOException {
    List<Double> values = new ArrayList<>();
    JsonNode runs = new ObjectMapper().readTree(result.toFile());
    if (runs.size() != 1) {
      throw new IOException(result + " has the results of " + runs.size() + " benchmarks, not 1");
    }
    for (JsonNode fork : runs.get(0).at("/primaryMetric/rawData")) {
      fork.forEach(value -> values.add(value.asDouble()));
    }
    return Samples.of(values);
  }
}
