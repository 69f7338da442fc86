package dev.bulwark.checker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.checker.statuslist.StatusListChecker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.Jwt;

/** R8: what is rejected before a list is asked for. */
class StatusListValidatorTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  private static String problem(UnaryOperator<Jwt.Builder> claims) {
    Jwt token = claims.apply(Jwt.withTokenValue("t").header("alg", "RS256").subject("a")).build();
    return new StatusListValidator(
            new StatusListChecker("https://keycloak.example/realms/app"),
            TokenRules.BEARER,
            Clock.fixed(NOW, ZoneOffset.UTC))
        .validate(token).getErrors().stream()
            .findFirst()
            .map(OAuth2Error::getDescription)
            .orElse("");
  }

  /** In seconds; Spring's own validator accepts it for 60 s more. */
  @ParameterizedTest(name = "left {0}: {1}")
  @CsvSource({
    "1, The token has no status that could be checked",
    "0, The token has expired",
    "-10, The token has expired"
  })
  void aTokenIsRejectedFromItsExpOn(long left, String expected) {
    assertThat(problem(token -> token.claim("typ", "Bearer").expiresAt(NOW.plusSeconds(left))))
        .isEqualTo(expected);
    assertThat(problem(token -> token.claim("typ", "Bearer"))).isEqualTo("The token has no exp");
  }

  @ParameterizedTest
  @CsvSource({"ID", "Refresh", "DPoP", "''"})
  void onlyAnAccessTokenIsAccepted(String type) {
    assertThat(problem(token -> token.claim("typ", type).expiresAt(NOW.plusSeconds(900))))
        .isEqualTo("The token is not an access token");
    assertThat(problem(token -> token.expiresAt(NOW.plusSeconds(900))))
        .isEqualTo("The token is not an access token");
  }
}
