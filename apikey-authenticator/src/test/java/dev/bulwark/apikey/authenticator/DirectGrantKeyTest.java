package dev.bulwark.apikey.authenticator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.authenticator.DirectGrantKey.Ambiguous;
import dev.bulwark.apikey.authenticator.DirectGrantKey.None;
import dev.bulwark.apikey.authenticator.DirectGrantKey.Presented;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K4: what a request of the password grant is taken for. */
class DirectGrantKeyTest {

  private static final String KEY = new ApiKeyGenerator(new SecureRandom()).generate("acme");

  @Test
  void theHeaderWins() {
    assertThat(DirectGrantKey.of(List.of(" x "), KEY, "acme")).isEqualTo(new Presented("x"));
  }

  @Test
  void twoHeadersAreNoKey() {
    assertThat(DirectGrantKey.of(List.of(KEY, KEY), KEY, "acme")).isInstanceOf(Ambiguous.class);
    assertThat(DirectGrantKey.of(List.of(" "), KEY, "acme")).isInstanceOf(Ambiguous.class);
  }

  @Test
  void aPasswordOfTheFormOfAKeyIsOne() {
    assertThat(DirectGrantKey.of(null, KEY, "acme")).isEqualTo(new Presented(KEY));
    String mistyped = KEY.substring(0, KEY.length() - 1) + "!";
    assertThat(DirectGrantKey.of(List.of(), mistyped, "acme")).isEqualTo(new Presented(mistyped));
    String older = "atk_" + "k".repeat(43);
    assertThat(DirectGrantKey.of(null, older, "acme")).isEqualTo(new Presented(older));
  }

  /** Or the key would be tested as a password, at a directory for one. */
  @Test
  void aKeyOfAnEarlierPrefixOfTheRealmIsNoPassword() {
    assertThat(DirectGrantKey.of(null, KEY, "newer")).isEqualTo(new Presented(KEY));
    assertThat(DirectGrantKey.of(null, KEY, "atk")).isEqualTo(new Presented(KEY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "correct-dev-battery",
        "a password with blanks",
        "atk_short",
        "0123456789abcdef0123456789abcdef",
        "other_0123456789012345678901234567890123456789012abcdef"
      })
  void anyOtherPasswordIsLeftAlone(String password) {
    assertThat(DirectGrantKey.of(null, password, "acme")).isInstanceOf(None.class);
  }

  @Test
  void nothingIsNothing() {
    assertThat(DirectGrantKey.of(null, null, "acme")).isInstanceOf(None.class);
    assertThat(new Presented(KEY).toString()).doesNotContain(KEY);
  }
}
