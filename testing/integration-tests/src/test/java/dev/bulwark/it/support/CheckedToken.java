package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.checker.TokenRef;
import java.time.Instant;

/** Tokens as an application's checker is asked about them. */
public final class CheckedToken {

  private static final String MASTER = "https://sso.example.org/realms/master";

  private CheckedToken() {}

  /** An access token that Keycloak has issued. */
  public static TokenRef of(String accessToken) {
    JsonNode claims = Realm.claims(accessToken);
    return new TokenRef(
        claims.get("jti").asText(),
        claims.get("iss").asText(),
        Instant.ofEpochSecond(claims.get("iat").asLong()));
  }

  /** A token that nobody has issued, of a realm that every server has. */
  public static TokenRef unknown() {
    return unknown(MASTER);
  }

  /** A token that nobody has issued. */
  public static TokenRef unknown(String issuer) {
    return new TokenRef("a-token-that-nobody-knows", issuer, null);
  }
}
