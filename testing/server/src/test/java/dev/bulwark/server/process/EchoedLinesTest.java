package dev.bulwark.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** B3. */
class EchoedLinesTest {

  private static final String REPLACED =
      "… WARN  [org.keycloak.services] KC-SERVICES0047: x (y) is";

  @Test
  void manyReplacedProvidersAreOneLine() {
    EchoedLines lines = new EchoedLines();
    assertThat(
            Stream.of("first", REPLACED, REPLACED, "WARN trouble", REPLACED, "last")
                .flatMap(line -> lines.next(line).stream()))
        .containsExactly(
            "first",
            "Providers of the bundle take the place of Keycloak's own, or are internal"
                + " (KC-SERVICES0047).",
            "WARN trouble",
            "last");
  }
}
