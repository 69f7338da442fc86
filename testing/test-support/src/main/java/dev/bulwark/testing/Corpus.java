package dev.bulwark.testing;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/**
 * The stored inputs of a fuzz target: those that {@code testing/fuzz/run} found interesting, cut
 * down, and {@code bug-*}, which once broke it. Every build replays them.
 */
public final class Corpus {

  private Corpus() {}

  /** The files of {@code src/test/resources/fuzz/<simple name of the target>}. */
  public static Stream<Named<byte[]>> of(Class<?> target) throws IOException {
    String folder = "/fuzz/" + target.getSimpleName();
    URL url = Objects.requireNonNull(target.getResource(folder), folder + " is missing");
    List<Named<byte[]>> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(URI.create(url.toString())))) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Named.of(String.valueOf(file.getFileName()), Files.readAllBytes(file)));
      }
    }
    return inputs.stream();
  }
}
