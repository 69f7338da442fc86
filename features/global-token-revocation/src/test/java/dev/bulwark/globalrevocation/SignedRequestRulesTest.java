package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.globalrevocation.SignedRequestRules.Claims;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R10: when the JWT of an issuer is good. */
class SignedRequestRulesTest {

  private static final String ENDPOINT = "https://kc.example/realms/app/global-token-revocation";
  private static final long NOW = 1_800_000_000L;
  private static final String TYPE = "global-token-revocation+jwt";

  private final SignedRequestRules rules = new SignedRequestRules(ENDPOINT, NOW);

  private static Claims claims(
      @Nullable Long expiresAt, @Nullable Long issuedAt, @Nullable Long notBefore) {
    return new Claims("id", List.of(ENDPOINT), expiresAt, issuedAt, notBefore);
  }

  @Test
  void oneThatIsJustIssuedIsGood() {
    assertThat(rules.check(TYPE, claims(NOW + 60, NOW, NOW))).isEmpty();
    assertThat(
            rules.check(
                "application/" + TYPE.toUpperCase(java.util.Locale.ROOT),
                claims(NOW + 60, NOW, null)))
        .isEmpty();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "JWT", "logout+jwt", "at+jwt", "application/"})
  void anotherTokenOfTheIssuerIsNone(@Nullable String type) {
    assertThat(rules.check(type, claims(NOW + 60, NOW, null)).orElse("")).contains("typ");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // seconds from now: exp, iat, nbf
        "60, 0, -, true",
        "60, -300, 0, true",
        "-29, -60, -, true",
        "60, 30, 30, true",
        "60, -301, -, false",
        "-30, -60, -, false",
        "60, 31, -, false",
        "60, 0, 31, false",
        "-, 0, -, false",
        "60, -, -, false",
      })
  void itIsGoodForMinutes(
      @Nullable Long expires, @Nullable Long issued, @Nullable Long notBefore, boolean good) {
    assertThat(rules.check(TYPE, claims(at(expires), at(issued), at(notBefore))).isEmpty())
        .isEqualTo(good);
  }

  private static @Nullable Long at(@Nullable Long offset) {
    return offset == null ? null : NOW + offset;
  }

  @Test
  void itIsForThisEndpointAlone() {
    for (List<String> audience :
        List.of(
            List.<String>of(),
            List.of("https://kc.example/realms/app"),
            List.of(ENDPOINT + "/"),
            List.of(ENDPOINT, "https://other.example"))) {
      assertThat(rules.check(TYPE, new Claims("id", audience, NOW + 60, NOW, null)).orElse(""))
          .as("%s", audience)
          .contains("aud");
    }
  }

  @Test
  void itHasAnId() {
    for (@Nullable String id : new @Nullable String[] {null, "", " ", "a\0", "x".repeat(256)}) {
      assertThat(
              rules.check(TYPE, new Claims(id, List.of(ENDPOINT), NOW + 60, NOW, null)).orElse(""))
          .contains("jti");
    }
  }
}
