package dev.bulwark.apikey.key.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K1: the form of keys and the checksum that finds typos without a lookup. */
class ApiKeyFormatTest {

  private static final String RANDOM = "0123456789012345678901234567890123456789012";

  private final ApiKeyGenerator generator = new ApiKeyGenerator(new SecureRandom());

  @Test
  void newKeysHaveThePromisedForm() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String key = generator.generate("atk");
      assertThat(key).matches("atk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
      assertThat(ApiKeyFormat.classify(key, "atk")).isEqualTo(ApiKeyFormat.Kind.CHECKED);
      assertThat(seen.add(key)).isTrue();
    }
  }

  /** Vectors of Python's zlib.crc32, written in base62 with the most significant digit first. */
  @ParameterizedTest
  @CsvSource({
    "atk_0123456789012345678901234567890123456789012, 198rDn",
    "atk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, 27rwUg",
    "acme_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_z, 1zaFvF",
  })
  void checksumIsCrc32InBase62(String body, String checksum) {
    assertThat(ApiKeyFormat.checksum(body)).isEqualTo(checksum);
    assertThat(ApiKeyFormat.classify(body + checksum, body.substring(0, body.indexOf('_'))))
        .isEqualTo(ApiKeyFormat.Kind.CHECKED);
  }

  @Test
  void everySingleCharacterChangeIsSeen() {
    String key = generator.generate("atk");
    for (int i = 4; i < key.length(); i++) {
      char other = key.charAt(i) == 'x' ? 'y' : 'x';
      String typo = key.substring(0, i) + other + key.substring(i + 1);
      assertThat(ApiKeyFormat.classify(typo, "atk")).isEqualTo(ApiKeyFormat.Kind.BAD_CHECKSUM);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "imported-key-012, true",
    "imported-key-of-31-characters-0, true",
    "imported-key-of-32-characters-01, false",
    "atk_0123456789012345678901, true",
    "atk_0123456789012345678901234567, false",
    "atk_0123456789012345678901234567890123456789012, false",
    "atk_0123456789012345678901234567890123456789012198rDn, false",
  })
  void aShortImportedKeyCanBeGuessed(String key, boolean guessable) {
    assertThat(ApiKeyFormat.isGuessable(ApiKeyFormat.classify(key, "atk"), key))
        .isEqualTo(guessable);
  }

  @Test
  void olderFormHasNoChecksum() {
    assertThat(ApiKeyFormat.classify("atk_" + RANDOM, "atk"))
        .isEqualTo(ApiKeyFormat.Kind.UNCHECKED);
    assertThat(ApiKeyFormat.classify("atk_" + RANDOM, "other"))
        .isEqualTo(ApiKeyFormat.Kind.UNCHECKED);
  }

  @Test
  void aRealmsOwnPrefixIsCheckedToo() {
    String key = generator.generate("acme");
    assertThat(ApiKeyFormat.classify(key, "acme")).isEqualTo(ApiKeyFormat.Kind.CHECKED);
    assertThat(ApiKeyFormat.classify(key + "x", "acme")).isEqualTo(ApiKeyFormat.Kind.ODD_LENGTH);
  }

  /** After the realm has changed its prefix: nothing may take the key for a password. */
  @ParameterizedTest
  @ValueSource(strings = {"ab", "acme", "abcdefghijklmno1"})
  void aKeyOfAnEarlierPrefixIsKnownByItsChecksum(String prefix) {
    String key = generator.generate(prefix);
    assertThat(ApiKeyFormat.classify(key, "atk")).isEqualTo(ApiKeyFormat.Kind.CHECKED);
    char other = key.charAt(20) == 'x' ? 'y' : 'x';
    String typo = key.substring(0, 20) + other + key.substring(21);
    assertThat(ApiKeyFormat.classify(typo, "atk")).isEqualTo(ApiKeyFormat.Kind.FOREIGN);
    assertThat(ApiKeyFormat.classify(key + "x", "atk")).isEqualTo(ApiKeyFormat.Kind.FOREIGN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "A1", "1a", "abcdefghijklmno12", "a-b", "a b"})
  void whatNoRealmMayHaveAsPrefixMakesNoKey(String prefix) {
    String text = ApiKeyFormat.format(prefix, RANDOM);
    assertThat(ApiKeyFormat.classify(text, "atk"))
        .isIn(ApiKeyFormat.Kind.FOREIGN, ApiKeyFormat.Kind.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "atk_",
        "atk_01234567890",
        "atk",
        "short",
        "with space inside a key",
        "atk_é",
        "a\u0000bcdefghijklmnopqrstuvw",
        "\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00"
      })
  void whatCanBeNoKeyIsMalformed(String text) {
    assertThat(ApiKeyFormat.classify(text, "atk")).isEqualTo(ApiKeyFormat.Kind.MALFORMED);
  }

  /** Keys of an application whose keys begin alike; `token_urlsafe(16)` for example. */
  @ParameterizedTest
  @ValueSource(ints = {12, 22, 32, 42, 44, 48, 50, 64, 86, 252})
  void anotherLengthIsThatOfAnotherApplication(int length) {
    assertThat(ApiKeyFormat.classify("atk_" + "a".repeat(length), "atk"))
        .isEqualTo(ApiKeyFormat.Kind.ODD_LENGTH);
  }

  @Test
  void oversizedTextIsNotRead() {
    assertThat(ApiKeyFormat.classify("a".repeat(1_000_000), "atk"))
        .isEqualTo(ApiKeyFormat.Kind.MALFORMED);
    assertThat(ApiKeyFormat.classify("a".repeat(256), "atk")).isEqualTo(ApiKeyFormat.Kind.FOREIGN);
    assertThat(ApiKeyFormat.classify("a".repeat(257), "atk"))
        .isEqualTo(ApiKeyFormat.Kind.MALFORMED);
  }

  @Test
  void visiblePartIsShort() {
    assertThat(ApiKeyFormat.visiblePart("atk_" + RANDOM)).isEqualTo("atk_012345");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A", "1a", "a_b", "toolongtoolongtoo", "ä", ""})
  void otherPrefixesAreRejected(String prefix) {
    assertThat(ApiKeyFormat.isPrefix(prefix)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "atk", "a1", "z9z", "abcdefghijklmno1"})
  void shortLowerCaseWordsAreAllowedPrefixes(String prefix) {
    assertThat(ApiKeyFormat.isPrefix(prefix)).isTrue();
    assertThat(ApiKeyFormat.classify(generator.generate(prefix), prefix))
        .isEqualTo(ApiKeyFormat.Kind.CHECKED);
  }

  /** The checksum alone does not make a key: all characters must be those of keys. */
  @ParameterizedTest
  @CsvSource({
    "a, CHECKED",
    "z, CHECKED",
    "A, CHECKED",
    "Z, CHECKED",
    "0, CHECKED",
    "9, CHECKED",
    "-, CHECKED",
    "_, CHECKED",
    "., BAD_CHECKSUM",
    "/, BAD_CHECKSUM",
    "':', BAD_CHECKSUM",
    "@, BAD_CHECKSUM",
    "[, BAD_CHECKSUM",
    "`, BAD_CHECKSUM",
    "{, BAD_CHECKSUM",
    "~, BAD_CHECKSUM",
  })
  void aCharacterThatNoKeyHasIsWrongWhateverTheChecksum(char character, ApiKeyFormat.Kind kind) {
    for (int i : new int[] {0, 21, 42}) {
      String random = RANDOM.substring(0, i) + character + RANDOM.substring(i + 1);
      assertThat(ApiKeyFormat.classify(ApiKeyFormat.format("atk", random), "atk")).isEqualTo(kind);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "123456789012345, MALFORMED",
    "1234567890123456, FOREIGN",
    "!~!~!~!~!~!~!~!~, FOREIGN",
    "'1234567890123456 ', MALFORMED",
    "1234567890123456\u007f, MALFORMED",
  })
  void aKeyOfAnotherApplicationIsPrintableAndLongEnough(String key, ApiKeyFormat.Kind kind) {
    assertThat(ApiKeyFormat.classify(key, "atk")).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({"0, 000000", "61, 00000z", "62, 000010", "56800235583, zzzzzz"})
  void numbersAreWrittenWithZerosInFront(long value, String text) {
    assertThat(Base62.encode(value, 6)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 56_800_235_584L})
  void aNumberThatDoesNotFitIsRejected(long value) {
    assertThatThrownBy(() -> Base62.encode(value, 6)).isInstanceOf(IllegalArgumentException.class);
  }
}
