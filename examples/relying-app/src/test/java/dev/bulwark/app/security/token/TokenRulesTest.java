package dev.bulwark.app.security.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.app.settings.KeycloakSettings;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.Jwt;

/** J3, J4: which claims make an access token for this application. */
class TokenRulesTest {

  private static final KeycloakSettings KEYCLOAK =
      new KeycloakSettings(
          URI.create("https://id.example.org/realms/app"), null, "relying-app", "secret");

  @Test
  void anAccessTokenForThisApp() {
    assertThat(errors(claims -> {})).isEmpty();
  }

  @Test
  void everyRuleCounts() {
    assertThat(errors(token -> token.issuer("https://id.example.org/realms/other"))).isNotEmpty();
    assertThat(errors(token -> token.audience(List.of("account")))).isNotEmpty();
    assertThat(errors(token -> token.claims(claims -> claims.remove("aud")))).isNotEmpty();
    assertThat(errors(token -> token.claim("typ", "ID"))).isNotEmpty();
    assertThat(errors(token -> token.claim("typ", "Refresh"))).isNotEmpty();
    assertThat(errors(token -> token.claim("typ", "Logout"))).isNotEmpty();
    assertThat(errors(token -> token.claims(claims -> claims.remove("typ")))).isNotEmpty();
    // Bound, it says, but to no key: Spring would then ask for no proof.
    assertThat(errors(token -> token.claim("typ", "DPoP"))).isNotEmpty();
    for (Object confirmation : List.of(Map.of(), Map.of("jkt", ""), Map.of("jkt", 1))) {
      assertThat(errors(token -> token.claim("typ", "DPoP").claim("cnf", confirmation)))
          .isNotEmpty();
    }
    assertThat(errors(token -> token.claim("typ", "DPoP").claim("cnf", Map.of("jkt", "key"))))
        .isEmpty();
    assertThat(errors(token -> token.claims(claims -> claims.remove("sub")))).isNotEmpty();
    // Bound to a certificate, and sent without one (RFC 8705, section 3).
    assertThat(errors(token -> token.claim("cnf", Map.of("x5t#S256", "A".repeat(43)))))
        .isNotEmpty();
    assertThat(errors(token -> token.expiresAt(Instant.now().minusSeconds(90)))).isNotEmpty();
    assertThat(errors(token -> token.notBefore(Instant.now().plusSeconds(90)))).isNotEmpty();
  }

  private static List<OAuth2Error> errors(Consumer<Jwt.Builder> change) {
    Instant now = Instant.now();
    Jwt.Builder token =
        Jwt.withTokenValue("token")
            .header("alg", "RS256")
            .issuer(KEYCLOAK.issuer().toString())
            .audience(List.of("account", "relying-app"))
            .subject("4f1c")
            .claim("typ", "Bearer")
            .issuedAt(now.minusSeconds(120))
            .expiresAt(now.plusSeconds(60));
    change.accept(token);
    return List.copyOf(Tokens.rules(KEYCLOAK).validate(token.build()).getErrors());
  }
}
