package dev.bulwark.password.foreign.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.password.argon2.BouncyCastleArgon2Engine;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5, P6: the cost of a stored Argon2 hash. */
class Argon2VerifierTest {

  private static final CostLimits LIMITS = CostLimits.DEFAULT;

  private final Argon2Verifier inJava = new Argon2Verifier(new BouncyCastleArgon2Engine());

  @Test
  void withinTheLimitsItTellsItsMemory() {
    assertThat(inJava.prepare(argon2(5, Map.of()), LIMITS).memory()).isEqualTo(7168);
    assertThat(inJava.prepare(argon2(4, Map.of("memory", "1048576")), LIMITS).memory())
        .isEqualTo(1_048_576);
  }

  /** What a lane takes at least counts, whatever the hash says. */
  @Test
  void lanesCountAsMemory() {
    StoredHash lanes = argon2(5, Map.of("memory", "1", "parallelism", "1000"));
    assertThat(inJava.prepare(lanes, LIMITS).memory()).isEqualTo(8000);
    PasswordVerifier.Verification nativeOne =
        new Argon2Verifier(NativeArgon2Engine.load()).prepare(lanes, LIMITS);
    assertThat(nativeOne.heap()).as("libargon2 refuses it, Java computes it").isEqualTo(8000);
  }

  @Test
  void theHeapCountsWhereJavaComputes() {
    StoredHash stored = argon2(5, Map.of());
    assertThat(inJava.prepare(stored, LIMITS.withHeap(7168)).heap()).isEqualTo(7168);
    assertThatThrownBy(() -> inJava.prepare(stored, LIMITS.withHeap(7167)))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining("memory of 7168 KiB for a hash that Java computes is over the limit");
    assertThat(
            new Argon2Verifier(NativeArgon2Engine.load())
                .prepare(stored, LIMITS.withHeap(1))
                .heap())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "5,memory,1048577,memory of 1048577 KiB is over the limit of 1048576 KiB",
    "5,memory,1048576,memory × iterations of 5242880 KiB is over the limit of 4194304 KiB",
    "2147483647,memory,7168,memory × iterations of",
    "0,memory,7168,iterations 0 is below 1",
    "5,parallelism,16777215,memory of 134217720 KiB is over the limit",
    "5,parallelism,16777216,parallelism 16777216 is not within",
    "5,hashLength,2147483647,hash length 2147483647 is not within",
    "5,memory,many,is no whole number"
  })
  void overTheLimits(int iterations, String parameter, String value, String message) {
    assertThatThrownBy(() -> inJava.prepare(argon2(iterations, Map.of(parameter, value)), LIMITS))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining(message);
  }

  /** Keycloak's defaults with some of them replaced. */
  private static StoredHash argon2(int iterations, Map<String, String> replaced) {
    Map<String, String> parameters =
        new HashMap<>(
            Map.of(
                "type", "id",
                "version", "1.3",
                "memory", "7168",
                "parallelism", "1",
                "hashLength", "32"));
    parameters.putAll(replaced);
    return new StoredHash(
        "argon2",
        iterations,
        parameters,
        Base64.getEncoder().encodeToString(new byte[32]),
        new byte[16]);
  }
}
