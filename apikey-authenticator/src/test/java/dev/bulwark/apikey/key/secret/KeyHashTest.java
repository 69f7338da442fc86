package dev.bulwark.apikey.key.secret;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K2: what is stored of a key. */
class KeyHashTest {

  /** The vectors of FIPS 180-2, and one beyond ASCII, of sha256sum. */
  @ParameterizedTest
  @CsvSource({
    "'', e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "é, 4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c",
  })
  void aKeyIsStoredByItsSha256(String key, String hash) {
    assertThat(KeyHash.of(key)).isEqualTo(hash);
    assertThat(KeyHash.isHash(hash)).isTrue();
    assertThat(KeyHash.matches(KeyHash.of(key), hash)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "abcd, abcd, true",
    "abcd, abce, false",
    "abcd, bbcd, false",
    "abcd, abc, false",
    "abcd, '', false",
    "abcd, ABCD, false",
  })
  void hashesMatchOnlyWhereTheyAreEqual(String left, String right, boolean same) {
    assertThat(KeyHash.matches(left, right)).isEqualTo(same);
  }
}
