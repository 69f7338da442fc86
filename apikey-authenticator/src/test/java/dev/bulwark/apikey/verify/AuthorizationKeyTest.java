package dev.bulwark.apikey.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K9: the key of a client that can send standard headers only. */
class AuthorizationKeyTest {

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void isTheBearerTokenOrThePasswordOfBasic() {
    for (String value :
        List.of(
            "Bearer atk_x",
            "bearer  atk_x ",
            basic("alice:atk_x"),
            basic(":atk_x"),
            basic("alice@example.org:atk_x").replace("Basic", "BASIC"))) {
      assertThat(AuthorizationKey.of(List.of(value))).as(value).contains("atk_x");
    }
    assertThat(AuthorizationKey.of(List.of(basic("a:b:c")))).contains("b:c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer  ",
        "Basic",
        "Basic !!!",
        "Basic YQ==",
        "Basic YTo=",
        "Digest x",
        "atk_x",
        "Basic OsMo"
      })
  void anythingElseIsNone(String value) {
    assertThat(AuthorizationKey.of(List.of(value))).isEmpty();
  }

  @Test
  void noHeaderAndTwoAreNone() {
    assertThat(AuthorizationKey.of(null)).isEmpty();
    assertThat(AuthorizationKey.of(List.of())).isEmpty();
    assertThat(AuthorizationKey.of(List.of("Bearer a", "Bearer a"))).isEmpty();
  }
}
