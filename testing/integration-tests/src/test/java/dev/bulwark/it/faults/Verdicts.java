package dev.bulwark.it.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.time.Instant;

/** What an application's checker answers about tokens that Keycloak has issued. */
final class Verdicts {

  private Verdicts() {}

  /** The answer about the access token of a response. */
  static Verdict of(RevocationChecker checker, Response tokens) {
    JsonNode claims = Realm.claims(tokens.text("access_token"));
    return checker.check(
        claims.get("jti").asText(), Instant.ofEpochSecond(claims.get("iat").asLong()));
  }
}
