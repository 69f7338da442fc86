package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.testing.MapScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.provider.ProviderConfigProperty;

/** P1: the defaults, and bad values named with what is allowed. */
class PasswordHashingConfigTest {

  private static final long HEAP = 1L << 30;

  @Test
  void defaults() {
    PasswordHashingConfig config = PasswordHashingConfig.of(MapScope.of(), HEAP);
    assertThat(config.parameters())
        .isEqualTo(new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 7168, 5, 1, 32));
    assertThat(config.useNative()).isTrue();
    assertThat(config.cpuCores()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.limits()).isEqualTo(CostLimits.DEFAULT.withHeap(263_168));
    assertThat(config.countInterval()).isEqualTo(300);
    assertThat(config.maxFailureTime()).isEqualTo(1000);
  }

  @Test
  void everyOptionIsRead() {
    PasswordHashingConfig config =
        PasswordHashingConfig.of(
            MapScope.of(
                "memory",
                "131072",
                "iterations",
                "4",
                "parallelism",
                "2",
                "hash-length",
                "64",
                "type",
                "i",
                "version",
                "1.0",
                "cpu-cores",
                "7",
                "native",
                "false",
                "max-stored-memory",
                "262144",
                "max-stored-work",
                "99999999",
                "max-stored-bcrypt-cost",
                "12",
                "max-stored-iterations",
                "1000",
                "count-interval",
                "0",
                "max-failure-time",
                "500"),
            HEAP);
    assertThat(config)
        .isEqualTo(
            new PasswordHashingConfig(
                new Argon2Parameters(Argon2Type.I, Argon2Version.V10, 131_072, 4, 2, 64),
                7,
                false,
                new CostLimits(262_144, 99_999_999, 12, 1000, 263_168),
                0,
                500));
  }

  @Test
  void theLimitsNeverFallBelowTheOwnCost() {
    PasswordHashingConfig config =
        PasswordHashingConfig.of(MapScope.of("memory", "2097152", "iterations", "5"), HEAP);
    assertThat(config.limits())
        .as("also with the 100 iterations that a realm's policy may ask for")
        .isEqualTo(new CostLimits(2_097_152, 100L * 2_097_152, 15, 3_000_000, 2_097_152));
  }

  /** P6: kc.sh gives 512 MiB, and ends the server where they are exhausted. */
  @ParameterizedTest
  @CsvSource({
    "536870912,132096",
    "268435456,66560",
    "1,7168",
    "9223372036854775807,2147483647",
  })
  void aQuarterOfTheHeapIsForHashesAndNeverLessThanANewOneTakes(long heap, int kib) {
    assertThat(PasswordHashingConfig.of(MapScope.of(), heap).limits().heap()).isEqualTo(kib);
  }

  @Test
  void theHeapIsThatOfTheServer() {
    assertThat(PasswordHashingConfig.of(MapScope.of()).limits().heap())
        .isEqualTo(
            (int)
                Math.max(
                    7168,
                    Math.min((Runtime.getRuntime().maxMemory() >> 12) + 1024, Integer.MAX_VALUE)));
  }

  /** P5: OWASP's N=2^17, r=8, p=1 takes 128 MiB, a quarter of kc.sh's heap, and a few blocks. */
  @Test
  void theCostliestUsualScryptPassesWithTheHeapOfKcSh() {
    CostLimits limits = PasswordHashingConfig.of(MapScope.of(), 512L << 20).limits();
    new ScryptParameters(131_072, 8, 1, 64).check(limits);
    ScryptParameters twice = new ScryptParameters(262_144, 8, 1, 64);
    assertThatExceptionOfType(UnusableHashException.class).isThrownBy(() -> twice.check(limits));
  }

  @Test
  void theHeapThatAHashNeedsIsTheSmallest() {
    long share = new ScryptParameters(262_144, 8, 1, 64).heap();
    long heap = CostLimits.heapOfShare(share);
    assertThat(CostLimits.shareOfHeap(heap)).isEqualTo(share);
    assertThat(CostLimits.shareOfHeap(heap - 1)).isLessThan(share);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory|abc|8..16777216",
        "type|x|id, d or i",
        "memory|7|8..16777216",
        "memory|16777217|8..16777216",
        "memory|99999999999999999999|8..16777216",
        "iterations|0|1..1000",
        "parallelism|1025|1..1024",
        "hash-length|3|4..1024",
        "version|1.2|1.3 or 1.0",
        "cpu-cores|0|1..1024",
        "native|yes|true or false",
        "max-stored-memory|7167|7168..16777216",
        "max-stored-work|716799|716800..16777216000",
        "max-stored-bcrypt-cost|32|4..31",
        "max-stored-iterations|999|1000..999999999",
        "count-interval|86401|0..86400",
        "max-failure-time|10001|0..10000",
      })
  void aBadValueIsNamed(String option, String value, String allowed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PasswordHashingConfig.of(MapScope.of(option, value)))
        .withMessage(
            "Option spi-password-hashing--argon2--%s must be %s, is %s", option, allowed, value);
  }

  @Test
  void memoryForTheLanesIsNamedWithBothOptions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PasswordHashingConfig.of(MapScope.of("memory", "31", "parallelism", "4")))
        .withMessage(
            "Option spi-password-hashing--argon2--memory must be at least 8 times"
                + " spi-password-hashing--argon2--parallelism, is 31 with 4 lanes");
  }

  /** A later Keycloak reads more. */
  @Test
  void unknownOptionsAreTold() {
    MapScope scope = MapScope.of("pooling", "false", "memory", "1024", "enabled", "true");
    assertThat(PasswordHashingConfig.unknown(scope))
        .containsExactly("spi-password-hashing--argon2--pooling");
    assertThat(PasswordHashingConfig.of(scope).parameters().memory()).isEqualTo(1024);
  }

  @Test
  void everyOptionIsInTheMetadata() {
    assertThat(PasswordHashingConfig.metadata().stream().map(ProviderConfigProperty::getName))
        .containsExactly(
            "type",
            "version",
            "hash-length",
            "memory",
            "iterations",
            "parallelism",
            "cpu-cores",
            "native",
            "max-stored-memory",
            "max-stored-work",
            "max-stored-bcrypt-cost",
            "max-stored-iterations",
            "max-failure-time",
            "count-interval");
  }
}
