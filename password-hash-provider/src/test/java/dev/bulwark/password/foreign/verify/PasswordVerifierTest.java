package dev.bulwark.password.foreign.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ForeignVectors;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.Crypt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P2, P4: each verifier agrees with the library that made the hash. */
public class PasswordVerifierTest {

  private static final Verifiers VERIFIERS = new Verifiers(NativeArgon2Engine.load());

  /** PBKDF2 is verified by Keycloak itself: shown on a real server. */
  static Stream<ForeignVectors.Vector> vectors() {
    return ForeignVectors.all().stream().filter(v -> !v.algorithm().startsWith("pbkdf2"));
  }

  @Test
  void everyAlgorithmHasVectors() {
    assertThat(vectors().map(ForeignVectors.Vector::algorithm).distinct())
        .containsExactlyInAnyOrderElementsOf(VERIFIERS.byAlgorithm().keySet());
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("vectors")
  void agreesWithTheLibrary(ForeignVectors.Vector vector) {
    assertThat(matches(vector.hash(), vector.password())).isTrue();
    StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
    if (stored.iterations() > 10_000
        || stored.algorithm().startsWith("bcrypt") && stored.iterations() > 5) {
      return; // a library's default cost: once is enough
    }
    // One character more, one less, one other: all wrong, except what lies behind bcrypt's 72
    // bytes.
    boolean cut =
        vector.algorithm().equals("bcrypt")
            && vector.password().getBytes(StandardCharsets.UTF_8).length >= 72;
    assertThat(matches(vector.hash(), vector.password() + "!")).isEqualTo(cut);
    assertThat(matches(vector.hash(), "!" + vector.password())).isFalse();
    // To bcrypt, which repeats its key, a NUL alone is the same as nothing.
    if (!vector.password().isEmpty() && !vector.password().equals("\0") && !cut) {
      assertThat(matches(vector.hash(), vector.password().substring(1))).isFalse();
    }
  }

  @Test
  void bcryptCountsSeventyTwoBytesAndNoMore() {
    String hash = hashOf("bcrypt 4.2.0", "d".repeat(80));
    assertThat(matches(hash, "d".repeat(72))).isTrue();
    assertThat(matches(hash, "d".repeat(72) + "anything")).isTrue();
    assertThat(matches(hash, "d".repeat(71))).isFalse();
    assertThat(matches(hash, "d".repeat(71) + "e")).isFalse();
  }

  @Test
  void bcryptCutsWithinACharacterAsTheLibraryDoes() {
    // 71 bytes and the first byte of é (U+00E9 and U+00EA share it).
    String hash = hashOf("bcrypt 4.2.0", "a".repeat(71) + "\u00e9");
    assertThat(matches(hash, "a".repeat(71) + "\u00ea")).isTrue();
    assertThat(matches(hash, "a".repeat(72))).isFalse();
  }

  @Test
  void bcryptSha256HasNoSuchLimit() {
    for (ForeignVectors.Vector vector : ForeignVectors.all()) {
      if (vector.algorithm().equals("bcrypt-sha256") && vector.password().length() > 72) {
        assertThat(matches(vector.hash(), vector.password() + "x")).isFalse();
      }
    }
  }

  /** Made by Flask-Bcrypt 1.0.1 with BCRYPT_HANDLE_LONG_PASSWORDS. */
  @Test
  void flaskBcryptOfLongPasswordsIsDjangosFormWithoutItsName() {
    String hash = "$2b$04$V9bHyAcE6ZZorMWL3gV7R.YaeLtOpPBu2rDnDceZexL7v9Gqwwkt6";
    String password =
        "P\u00e4ssw\u00f6rd-\u043f\u0430\u0440\u043e\u043b\u044c-\u5bc6\u7801-\ud83d\udd11";
    assertThat(matches(hash, password)).isFalse();
    assertThat(matches("bcrypt_sha256$" + hash, password)).isTrue();
    assertThat(matches("bcrypt_sha256$" + hash, password + "!")).isFalse();
    hash = "$2b$04$XIj3coHCzweOXTdpjrp9Ou0WN3Hi7SSCCU4EvVhSV.c3hQmniVfG2";
    assertThat(matches("bcrypt_sha256$" + hash, "d".repeat(80))).isTrue();
    assertThat(matches("bcrypt_sha256$" + hash, "d".repeat(79))).isFalse();
  }

  @Test
  void nulBytesEndNoPassword() {
    String hash = hashOf("bcrypt 4.2.0", "nul\0inside");
    assertThat(matches(hash, "nul")).isFalse();
    assertThat(matches(hash, "nul\0outside")).isFalse();
    String shaCrypt =
        ForeignVectors.all().stream()
            .filter(v -> v.algorithm().equals("sha512-crypt") && v.password().equals("password"))
            .findFirst()
            .orElseThrow()
            .hash();
    assertThat(matches(shaCrypt, "password\0")).isFalse();
  }

  /** Made by libxcrypt 4.4.38, which refuses to hash one byte more. */
  @Test
  void shaCryptTakesWhatLibxcryptTakes() {
    for (String hash :
        List.of(
            "$5$rounds=1000$saltstring$Qle5rKDwQR/ZmScPWXQagPOV8j2q4ONUb8CJ0nMMqDB",
            "$6$rounds=1000$saltstring$oQbkJ5pZ.rlhvMYYRSNId6zVFNK4z4PawZXZuIkAsirLVZnXxnuG4U1.Do1sHNMJZ.C3UtxS73giTIseRjXnr0")) {
      assertThat(matches(hash, "d".repeat(511))).isTrue();
      assertThat(matches(hash, "d".repeat(510))).isFalse();
    }
  }

  /** Each hash is right for its password: only the length of the longer one is in the way. */
  @Test
  void shaCryptTakesNoPasswordOverItsBound() {
    String longest = "d".repeat(ShaCryptVerifier.MAX_PASSWORD);
    for (String setting : List.of("$5$rounds=1000$saltstring", "$6$rounds=1000$saltstring")) {
      assertThat(matches(Crypt.crypt(longest, setting), longest)).isTrue();
      assertThat(matches(Crypt.crypt(longest + "d", setting), longest + "d")).isFalse();
    }
  }

  /** The longest that Keycloak's login form takes; not bounded, sha-crypt needs minutes. */
  @Tag("slow")
  @ParameterizedTest
  @MethodSource("vectors")
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theLongestPasswordOfALoginFormIsAnsweredSoon(ForeignVectors.Vector vector) {
    assertThat(matches(vector.hash(), "y".repeat(131_072))).isFalse();
  }

  @Test
  void unicodeIsNotNormalised() {
    ForeignVectors.all().stream()
        .filter(v -> v.password().startsWith("e\u0301") && !v.algorithm().startsWith("pbkdf2"))
        .forEach(
            v ->
                assertThat(matches(v.hash(), v.password().replace("e\u0301", "\u00e9")))
                    .as(v.toString())
                    .isFalse());
  }

  @Test
  void thePasswordIsLeftToTheCaller() {
    for (PasswordVerifier verifier : VERIFIERS.byAlgorithm().values()) {
      ForeignVectors.Vector vector = vectorOf(verifier);
      byte[] password = vector.password().getBytes(StandardCharsets.UTF_8);
      StoredHash stored = ForeignHash.parse(vector.hash(), CostLimits.DEFAULT);
      verifier.prepare(stored, CostLimits.DEFAULT).matches(password);
      assertThat(password).isEqualTo(vector.password().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void corruptValuesAreRefused() {
    for (PasswordVerifier verifier : VERIFIERS.byAlgorithm().values()) {
      for (String value :
          new String[] {"", "garbage", "AAAA", "$2b$12$", "\u00e9", "x".repeat(10_000)}) {
        StoredHash stored = new StoredHash(verifier.algorithm(), 3, Map.of(), value, new byte[0]);
        assertThatExceptionOfType(UnusableHashException.class)
            .as(verifier.algorithm() + " " + value.length())
            .isThrownBy(() -> verifier.prepare(stored, CostLimits.DEFAULT));
      }
    }
  }

  /** P5: a verifier that is added checks the cost too, but for the digests, which have none. */
  @Test
  void everyVerifierChecksTheCost() {
    CostLimits nothing = new CostLimits(0, 0, 0, 0);
    for (PasswordVerifier verifier : VERIFIERS.byAlgorithm().values()) {
      if (!verifier.algorithm().equals(Algorithms.MESSAGE_DIGEST)) {
        StoredHash stored = ForeignHash.parse(vectorOf(verifier).hash(), CostLimits.DEFAULT);
        assertThatExceptionOfType(UnusableHashException.class)
            .as(verifier.algorithm())
            .isThrownBy(() -> verifier.prepare(stored, nothing))
            .withMessageContaining("over the limit");
      }
    }
  }

  @Test
  void costsOverTheLimitAreRefused() {
    CostLimits tight = new CostLimits(8, 8, 4, 1000);
    for (String hash :
        new String[] {
          hashOf("argon2-cffi 21.1", "password"),
          "$2b$05$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
          "$bcrypt-sha256$v=2,t=2b,r=12$abcdefghijklmnopqrstuu$BzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
          hashOf("Django 4.2", "password", "scrypt"),
          hashOf("passlib 1.7.4", "password", "sha256-crypt"),
        }) {
      StoredHash stored = ForeignHash.parse(hash, CostLimits.DEFAULT);
      if (stored.algorithm().equals("sha256-crypt") && stored.iterations() <= 1000) {
        continue;
      }
      assertThatExceptionOfType(UnusableHashException.class)
          .as(stored.algorithm())
          .isThrownBy(() -> VERIFIERS.of(stored).prepare(stored, tight))
          .withMessageContaining("over the limit");
    }
  }

  private static ForeignVectors.Vector vectorOf(PasswordVerifier verifier) {
    return vectors()
        .filter(vector -> vector.algorithm().equals(verifier.algorithm()))
        .findFirst()
        .orElseThrow();
  }

  private static boolean matches(String hash, String password) {
    StoredHash stored = ForeignHash.parse(hash, CostLimits.DEFAULT);
    return VERIFIERS
        .of(stored)
        .prepare(stored, CostLimits.DEFAULT)
        .matches(password.getBytes(StandardCharsets.UTF_8));
  }

  private static String hashOf(String library, String password) {
    return ForeignVectors.all().stream()
        .filter(v -> v.library().equals(library) && v.password().equals(password))
        .findFirst()
        .orElseThrow()
        .hash();
  }

  private static String hashOf(String library, String password, String algorithm) {
    return ForeignVectors.all().stream()
        .filter(v -> v.library().equals(library) && v.password().equals(password))
        .filter(v -> v.algorithm().equals(algorithm))
        .findFirst()
        .orElseThrow()
        .hash();
  }
}
