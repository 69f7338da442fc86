package dev.bulwark.password.foreign.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: what a stored hash may cost, whichever password is entered. */
class PhpassVerifierTest {

  /** As many iterations as the hashes below have rounds. */
  private static final CostLimits TIGHT =
      new CostLimits(
          CostLimits.DEFAULT.memory(),
          CostLimits.DEFAULT.work(),
          CostLimits.DEFAULT.bcryptCost(),
          128);

  /** Each round reads the whole password; the hashes are from another implementation. */
  @ParameterizedTest
  @CsvSource({
    "$P$5saltsaltB1slugdW9wqS5pVDnuDDG.,39,true",
    "$P$5saltsalt1jVXcq/121u3B0.Na3qq61,1000,false",
    "$S$5saltsaltGdNtG8M5mM4r6QRH.JtWQ.0ZCOGHmgD0.rtSBplBylf,39,true",
    "$S$5saltsaltvH3Cgjq/G63NOUrtYXdWJRGVckFCMGp1ZvJ6.7Jnxpo,1000,false",
  })
  void aLongPasswordCountsForEachRound(String hash, int length, boolean withinTightLimits) {
    byte[] password = "a".repeat(length).getBytes(StandardCharsets.US_ASCII);
    assertThat(matches(hash, password, CostLimits.DEFAULT)).isTrue();
    assertThat(matches(hash, password, TIGHT)).isEqualTo(withinTightLimits);
  }

  private static boolean matches(String hash, byte[] password, CostLimits limits) {
    return new PhpassVerifier()
        .prepare(ForeignHash.parse(hash, CostLimits.DEFAULT), limits)
        .matches(password);
  }
}
