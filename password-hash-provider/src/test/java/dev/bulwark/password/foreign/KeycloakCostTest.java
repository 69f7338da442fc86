package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
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
    assertThatCode(() -> KeycloakCost.check(pbkdf2(algorithm, iterations, bytes), LIMITS))
        .doesNotThrowAnyException();
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
    assertThatCode(() -> KeycloakCost.check(longest, LIMITS)).doesNotThrowAnyException();
    assertThatThrownBy(() -> KeycloakCost.check(pbkdf2("pbkdf2", 1, 20, 1025), LIMITS))
        .isInstanceOf(UnusableHashException.class)
        .hasMessageContaining("salt of 1025 bytes is over the limit of 1024 bytes");
  }

  @Test
  void theIterationsOfTheRealmsPolicyAreAllowed() {
    StoredHash stored = pbkdf2("pbkdf2-sha512", 4_000_000, 64);
    assertThatCode(() -> KeycloakCost.check(stored, LIMITS.withIterationsAtLeast(4_000_000)))
        .doesNotThrowAnyException();
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
}
