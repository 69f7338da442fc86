package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** B3: the order in which Maven starts the classes; it fails at a line that it cannot read. */
class DurationsTest {

  @Test
  void eachLineIsThatOfAClass() {
    assertThat(Repository.text("testing/integration-tests/src/test/durations").lines())
        .allMatch(line -> line.matches("0,\\d+,dev\\.bulwark\\.it\\.[\\w.]+"))
        .allMatch(line -> isClass(line.substring(line.lastIndexOf(',') + 1)));
  }

  private static boolean isClass(String name) {
    String file = "testing/integration-tests/src/test/java/" + name.replace('.', '/') + ".java";
    return Files.isRegularFile(Repository.root().resolve(file));
  }
}
