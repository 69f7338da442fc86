package dev.bulwark.password.foreign.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ForeignVectors;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P5: a stored hash is written in a form that is read as the same hash again. */
class HashTextTest {

  static List<ForeignVectors.Vector> vectors() {
    return ForeignVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void whatIsWrittenIsReadAsTheSameHash(ForeignVectors.Vector vector) {
    StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
    StoredHash again = ForeignHash.parse(HashText.of(stored), CostLimits.DEFAULT);
    assertThat(again.credentialData()).isEqualTo(stored.credentialData());
    assertThat(again.secretData()).isEqualTo(stored.secretData());
  }

  /** Keys of 32 bytes by SHA-1 and SHA-512: the libraries that made them read no other form. */
  @Test
  void hashesOfAspNetAndSpringKeepTheirForm() {
    List<String> texts =
        ForeignVectors.all().stream()
            .map(ForeignVectors.Vector::hash)
            .filter(text -> text.matches("(A[A-P]|AQAAAAI|\\{pbkdf2}).+"))
            .toList();
    assertThat(texts).hasSizeGreaterThan(12);
    assertThat(texts)
        .allSatisfy(
            text ->
                assertThat(HashText.of(ForeignHash.parse(text, CostLimits.DEFAULT)))
                    .isEqualTo(text));
  }

  /** Keycloak's own PBKDF2 makes keys of 64 bytes with each digest. */
  @ParameterizedTest
  @ValueSource(strings = {"pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"})
  void hashesOfKeycloakAreWritten(String algorithm) {
    String key = Base64.getEncoder().encodeToString(new byte[64]);
    StoredHash stored = new StoredHash(algorithm, 27_500, Map.of(), key, new byte[16]);
    StoredHash again = ForeignHash.parse(HashText.of(stored), CostLimits.DEFAULT);
    assertThat(again.credentialData()).isEqualTo(stored.credentialData());
    assertThat(again.secretData()).isEqualTo(stored.secretData());
  }

  /** Digests of "password", some with the salt "salt". */
  @ParameterizedTest
  @CsvSource({
    "md5$salt$67a1e09bb1f83f5007dc119c14d663aa",
    "sha1$salt$59b3e8d637cf97edbe2384cf59cb7453dfe30789",
    "{MD5}X03MO1qnZdYdgyfeuILPmQ==",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
  })
  void digestsKeepTheirForm(String text) {
    assertThat(HashText.of(ForeignHash.parse(text, CostLimits.DEFAULT))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "unknown, AAAA, its algorithm is unknown",
    "pbkdf2-sha256, A?, its hash is malformed",
    "pbkdf2-sha512, A?, its hash is malformed",
    "pbkdf2-sha256, AAAA, no form has a pbkdf2-sha256 hash of 3 bytes with a salt of 4 bytes",
    "message-digest, AAAA, it is no well-formed LDAP hash",
    "bcrypt, $2a$10$AAAA, it is no well-formed bcrypt hash",
  })
  void whatCannotBeWrittenIsRefused(String algorithm, String value, String reason) {
    assertRefused(algorithm, 1000, Map.of(), value, reason);
  }

  @Test
  void corruptParametersAreRefused() {
    String hash = "A".repeat(43);
    assertRefused("pbkdf2-sha256", 0, Map.of(), hash + "=", "it is no well-formed PBKDF2 hash");
    assertRefused(
        "scrypt",
        1000,
        Map.of("r", "8", "p", "1"),
        hash + "=",
        "its scrypt N is no power of two above 1");
  }

  private static void assertRefused(
      String algorithm,
      int iterations,
      Map<String, String> parameters,
      String value,
      String reason) {
    byte[] salt = "salt".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () -> HashText.of(new StoredHash(algorithm, iterations, parameters, value, salt)))
        .isInstanceOf(UnusableHashException.class)
        .hasMessage(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "md5$salt$67a1e09bb1f83f5007dc119c14d663aa, true",
    "{MD5}X03MO1qnZdYdgyfeuILPmQ==, true",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=, true",
    "{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==, false",
    "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy, false",
  })
  void aDigestWithoutALongSaltIsFast(String text, boolean fast) {
    assertThat(DigestHash.isFast(text, ForeignHash.parse(text, CostLimits.DEFAULT)))
        .isEqualTo(fast);
  }
}
