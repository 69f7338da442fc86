package dev.bulwark.apikey.key.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** K1: a scanner finds a key in any text, and nothing else. */
class KeyScannerTest {

  private static final ApiKeyGenerator GENERATOR = new ApiKeyGenerator(new SecureRandom());
  private static final KeyScanner SCANNER = new KeyScanner("atk");

  private static List<KeyScanner.Find> keys(String text) {
    return SCANNER.scan(text).stream().filter(KeyScanner.Find::wellFormed).toList();
  }

  @RepeatedTest(50)
  void keysAreFoundWhereverTheyStand() {
    String one = GENERATOR.generate("atk");
    String two = GENERATOR.generate("atk");
    assertThat(keys("key=" + one + ";\"" + two + "\""))
        .containsExactly(
            new KeyScanner.Find(5, one.substring(0, 10), true),
            new KeyScanner.Find(5 + one.length() + 2, two.substring(0, 10), true));
    assertThat(keys(one)).hasSize(1);
    assertThat(keys("\u00fc" + " " + one + "\u00fc")).hasSize(1);
  }

  @RepeatedTest(50)
  void lookAlikesAreNot() {
    String key = GENERATOR.generate("atk");
    char last = key.charAt(key.length() - 1);
    String other = key.substring(0, key.length() - 1) + (last == '0' ? '1' : '0');
    assertThat(keys(other)).isEmpty();
    assertThat(SCANNER.scan(other)).extracting(KeyScanner.Find::wellFormed).contains(false);
    assertThat(keys(key + "0")).as("something longer").isEmpty();
    assertThat(keys("x" + key)).as("something that ends so").isEmpty();
    assertThat(keys(GENERATOR.generate("other"))).isEmpty();
    assertThat(keys(key.substring(0, key.length() - 1))).isEmpty();
  }

  @Test
  void aKeyRightBehindALookAlike() {
    String key = GENERATOR.generate("atk");
    assertThat(keys("atk_-" + key)).hasSize(1);
  }

  @Test
  void theExpressionIsTheDocumentedOne() {
    assertThat(KeyScanner.expression("atk")).isEqualTo("\\batk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}");
    assertThatThrownBy(() -> new KeyScanner("A.*")).isInstanceOf(IllegalArgumentException.class);
  }
}
