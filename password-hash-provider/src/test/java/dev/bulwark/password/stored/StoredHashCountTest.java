package dev.bulwark.password.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: the sums of the count by algorithm; the query itself is shown by StoredHashesIT. */
class StoredHashCountTest {

  private static List<Long> counts(long argon2, long bcrypt) {
    List<Long> counts = new ArrayList<>(Collections.nCopies(StoredHashCount.ALGORITHMS.size(), 0L));
    counts.set(StoredHashCount.ALGORITHMS.indexOf("argon2"), argon2);
    counts.set(StoredHashCount.ALGORITHMS.indexOf("bcrypt"), bcrypt);
    return counts;
  }

  @Test
  void whatIsNoKnownAlgorithmIsOther() {
    StoredHashCount count = StoredHashCount.of(10, counts(4, 3));
    assertThat(count.of("argon2")).isEqualTo(4);
    assertThat(count.of("bcrypt")).isEqualTo(3);
    assertThat(count.of("other")).isEqualTo(3);
    assertThat(count.of("scrypt")).isZero();
    assertThat(count.total()).isEqualTo(10);
    assertThat(count.legacy()).isEqualTo(6);
  }

  @Test
  void anEmptyTable() {
    StoredHashCount count = StoredHashCount.of(0, counts(0, 0));
    assertThat(count.total()).isZero();
    assertThat(count.legacy()).isZero();
  }

  @Test
  void aRowTooShortIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> StoredHashCount.of(1, List.of(1L)));
  }

  @Test
  void oneGaugeAnAlgorithmWithoutAValueUntilCounted() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    StoredHashGauges gauges = new StoredHashGauges(registry, Duration.ofMinutes(5));
    assertThat(registry.find("bulwark.password.stored").gauges())
        .hasSize(StoredHashCount.ALGORITHMS.size() + 1)
        .allSatisfy(gauge -> assertThat(gauge.value()).isNaN());
    gauges.close();
    assertThat(registry.getMeters()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 300", "3000, 300", "3001, 300.1", "10000, 1000", "30000, 3000", "60000, 3000"})
  void aSlowCountIsRepeatedLaterButNotMuchLater(long takenMillis, double pauseSeconds) {
    assertThat(StoredHashGauges.pauseAfter(Duration.ofMillis(takenMillis), Duration.ofSeconds(300)))
        .isEqualTo(Duration.ofMillis(Math.round(pauseSeconds * 1000)));
  }
}
