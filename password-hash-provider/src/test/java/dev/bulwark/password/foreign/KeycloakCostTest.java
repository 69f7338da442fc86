package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: the cost of a hash that Keycloak's own hashers verify. */
class KeycloakCostTest {

  private static final CostLimits LIMITS = CostLimits.DEFAULT;

  /** Keycloak's defaults, the largest allowed, and what other libraries store. */
  @ParameterizedTest
  @CsvSource({
    "pbkdf2,1300000,64",
    "pbkdf2,3000000,64",
    "pbkdf2-sha256,600000,64",
    "pbkdf2-sha256,3000000,128",
    "pbkdf2-sha512,210000,64",
    "pbkdf2-sha512,3000000,64",
    "pbkdf2-sha512,100000,512",
    "pbkdf2-sha512,1,64"
  })
  void pbkdf2WithinTheLimits(String algorithm, int iterations, int bytes) {
    assertThat(KeycloakCost.check(pbkdf2(algorithm, iterations, bytes), LIMITS)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "pbkdf2,3000001,20,iterations of 3000001 is over the limit of 3000000",
    "pbkdf2-sha256,2147483647,32,iterations of 2147483647 is over",
    "pbkdf2-sha512,2147483647,64,iterations of 2147483647 is over",
    "pbkdf2-sha512,0,64,below 1",
    "pbkdf2-sha512,-1,64,below 1",
    // As many iterations again for each block of a long hash.
    "pbkdf2,3000000,128,iterations × blocks of 21000000 is over the limit of 12000000",
    "pbkdf2-sha512,3000000,1048576,iterations × blocks of"
  })
  void pbkdf2OverTheLimits(String algorithm, int iterations, int bytes, String message) {
    assertThatThrownBy(() -> KeycloakCost.check(pbkdf2(algorithm, iterations, bytes), LIMITS))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining(message);
  }

  /** A block of PBKDF2 hashes it whole: 180,000 blocks with megabytes of salt take half an hour. */
  @Test
  void aSaltOverTheLimit() {
    StoredHash longest = pbkdf2("pbkdf2", 1, 20, 1024);
    assertThat(KeycloakCost.check(longest, LIMITS)).isEqualTo(1);
    assertThatThrownBy(() -> KeycloakCost.check(pbkdf2("pbkdf2", 1, 20, 1025), LIMITS))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining("salt of 1025 bytes is over the limit of 1024 bytes");
  }

  @Test
  void argon2WithinTheLimitsTellsItsMemory() {
    assertThat(KeycloakCost.check(argon2(5, Map.of()), LIMITS)).isEqualTo(7168);
    assertThat(KeycloakCost.check(argon2(4, Map.of("memory", "1048576")), LIMITS))
        .isEqualTo(1_048_576);
  }

  /** P6: Keycloak computes it in Java. */
  @Test
  void argon2OverTheLimitOnTheHeap() {
    assertThat(KeycloakCost.check(argon2(5, Map.of()), LIMITS.withHeap(7168))).isEqualTo(7168);
    assertThatThrownBy(() -> KeycloakCost.check(argon2(5, Map.of()), LIMITS.withHeap(7167)))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining("memory of 7168 KiB for a hash that Java computes is over the limit");
  }

  @ParameterizedTest
  @CsvSource({
    "5,memory,1048577,memory of 1048577 KiB is over the limit of 1048576 KiB",
    "5,memory,1048576,memory × iterations of 5242880 KiB is over the limit of 4194304 KiB",
    "2147483647,memory,7168,memory × iterations of",
    "0,memory,7168,iterations 0 is below 1",
    "5,parallelism,16777215,parallelism 16777215 is not within",
    "5,hashLength,2147483647,hash length 2147483647 is not within",
    "5,memory,many,is no whole number"
  })
  void argon2OverTheLimits(int iterations, String parameter, String value, String message) {
    assertThatThrownBy(
            () -> KeycloakCost.check(argon2(iterations, Map.of(parameter, value)), LIMITS))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theIterationsOfTheRealmsPolicyAreAllowed() {
    StoredHash stored = pbkdf2("pbkdf2-sha512", 4_000_000, 64);
    assertThat(KeycloakCost.check(stored, LIMITS.withIterationsAtLeast(4_000_000))).isEqualTo(1);
    assertThat(LIMITS.withIterationsAtLeast(-1)).isEqualTo(LIMITS);
  }

  private static StoredHash pbkdf2(String algorithm, int iterations, int bytes) {
    return pbkdf2(algorithm, iterations, bytes, 16);
  }

  private static StoredHash pbkdf2(String algorithm, int iterations, int bytes, int salt) {
    return new StoredHash(
        algorithm,
        iterations,
        Map.of(),
        Base64.getEncoder().encodeToString(new byte[bytes]),
        new byte[salt]);
  }

  /** Keycloak's defaults with one of them replaced. */
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
        KeycloakCost.ARGON2,
        iterations,
        parameters,
        Base64.getEncoder().encodeToString(new byte[32]),
        new byte[16]);
  }
}
