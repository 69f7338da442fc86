package dev.bulwark.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SkippedTestsTest {

  @Test
  void theReasonIsPrinted() {
    assertThat(outputOf(WithoutProgram.class))
        .isEqualToIgnoringNewLines("Skipped " + WithoutProgram.class.getName() + ": No program");
    assertThat(outputOf(WithoutModule.class))
        .isEqualToIgnoringNewLines(
            "Skipped " + WithoutModule.class.getName() + ".needsAModule: No module");
  }

  private static String outputOf(Class<?> tests) {
    PrintStream standard = System.out;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    try {
      LauncherFactory.create()
          .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build());
    } finally {
      System.setOut(standard);
    }
    return output.toString(StandardCharsets.UTF_8);
  }

  static class WithoutProgram {

    @BeforeAll
    static void look() {
      Assumptions.abort("No program");
    }

    @Test
    void passes() {}
  }

  static class WithoutModule {

    @Test
    void needsAModule() {
      Assumptions.abort("No module");
    }
  }
}
