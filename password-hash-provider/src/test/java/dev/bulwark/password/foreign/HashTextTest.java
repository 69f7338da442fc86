package dev.bulwark.password.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** P5: a stored hash is written in a form that is read as the same hash again. */
class HashTextTest {

  private static final Map<String, Integer> DIGEST_BYTES =
      Map.of("pbkdf2", 20, "pbkdf2-sha256", 32, "pbkdf2-sha512", 64);

  /**
   * All but PBKDF2 hashes that are shorter or longer than their digest (ASP.NET Identity, Spring
   * Security 5): the written form has no such.
   */
  static List<ForeignVectors.Vector> vectors() {
    List<ForeignVectors.Vector> vectors =
        ForeignVectors.all().stream().filter(HashTextTest::isOfTheLengthOfItsDigest).toList();
    assertThat(vectors).hasSizeGreaterThan(400);
    return vectors;
  }

  private static boolean isOfTheLengthOfItsDigest(ForeignVectors.Vector vector) {
    StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
    Integer bytes = DIGEST_BYTES.get(stored.algorithm());
    return bytes == null || Base64.getDecoder().decode(stored.value()).length == bytes;
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void whatIsWrittenIsReadAsTheSameHash(ForeignVectors.Vector vector) {
    StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
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
  })
  void whatCannotBeWrittenIsRefused(String algorithm, String value, String reason) {
    byte[] salt = "salt".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> HashText.of(new StoredHash(algorithm, 1000, Map.of(), value, salt)))
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
    assertThat(ForeignHash.isFast(text, ForeignHash.parse(text, CostLimits.DEFAULT)))
        .isEqualTo(fast);
  }
}
