package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SigningKey;
import dev.bulwark.it.support.TestStack;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R10: callers whose credentials need more than a look: keys behind a URL, and bound tokens. */
class GlobalRevocationCallersIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM =
      PathRealm.create(STACK.url(), STACK.admin(), "global-revocation-callers");
  private static final GlobalRevoker REVOKER =
      GlobalRevoker.addTo(STACK.admin(), new Realm(STACK.url(), REALM.name()));
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final Deaths DEATHS = new Deaths(REALM, KEYS);

  @AfterAll
  static void close() {
    KEYS.close();
    REALM.delete();
  }

  @Test
  void anIssuerSignsWithAnyKeyThatItPublishes() {
    JwtSigner first = new JwtSigner("first");
    JwtSigner second = new JwtSigner("second");
    JwtSigner third = new JwtSigner("third");
    try (IssuerKeys keys = IssuerKeys.start()) {
      Issuer issuer = new Issuer("rotating", "fay");
      keys.publish(first, second);
      issuer.create(keys);
      for (JwtSigner key : new JwtSigner[] {first, second}) {
        Response tokens = REALM.login("fay");
        issuer.end(key).expect(204);
        DEATHS.assertDead(tokens);
      }
      Response alive = REALM.login("fay");
      issuer.end(new JwtSigner("first")).expect(401);
      issuer.end(third).expect(401);

      keys.publish(third);
      // Keycloak asks again for a key that it does not know, but not more often than every 10 s.
      await().atMost(SOON).until(() -> issuer.end(third).status() == 204);
      DEATHS.assertDead(alive);
      issuer.end(first).expect(401);
    }
  }

  /** The signature is not wrong: nobody can tell. The JWT is good for the next try. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"503, ''", "200, <html>", "404, no such page"})
  void keysThatCannotBeReadAreNoRejection(int status, String body) {
    JwtSigner key = new JwtSigner("only");
    try (IssuerKeys keys = IssuerKeys.start()) {
      Issuer issuer = new Issuer("unreadable-" + status, "guy-" + status);
      keys.answer(status, body);
      issuer.create(keys);
      Response tokens = REALM.login(issuer.user());
      String jwt = issuer.sign(key);
      Response answer = issuer.send(jwt).expect(503);
      assertThat(answer.text("error")).isEqualTo("temporarily_unavailable");
      assertThat(answer.header("Retry-After")).isEqualTo("5");
      DEATHS.assertAlive(tokens);

      keys.publish(key);
      issuer.send(jwt).expect(204);
      DEATHS.assertDead(tokens);
    }
  }

  /** RFC 9449: a token that is bound to a key counts with a proof of that key alone. */
  @Test
  void aBoundTokenNeedsItsProof() throws GeneralSecurityException {
    SigningKey key = SigningKey.create();
    String id = REALM.createUser("hal");
    Response alive = REALM.login("hal");
    Response caller = REVOKER.token("DPoP", key.proof("POST", REALM.endpoint("token"))).expect(200);
    assertThat(caller.text("token_type")).isEqualTo("DPoP");
    String token = caller.text("access_token");
    Map<String, String> hal = Map.of("format", "opaque", "id", id);

    REVOKER.send(hal, "Authorization", "Bearer " + token).expect(401);
    REVOKER.send(hal, "Authorization", "DPoP " + token).expect(401);
    SigningKey thief = SigningKey.create();
    for (String proof :
        new String[] {
          thief.proof("POST", REVOKER.url(), token), key.proof("GET", REVOKER.url(), token)
        }) {
      REVOKER.send(hal, "Authorization", "DPoP " + token, "DPoP", proof).expect(401);
    }
    DEATHS.assertAlive(alive);
    String proof = key.proof("POST", REVOKER.url(), token);
    REVOKER.send(hal, "Authorization", "DPoP " + token, "DPoP", proof).expect(204);
    DEATHS.assertDead(alive);
  }

  /** An identity provider with a JWKS URL that may call, and a user that is linked with it. */
  private record Issuer(String alias, String user) {

    String name() {
      return "https://" + alias + ".example";
    }

    void create(IssuerKeys keys) {
      REALM.createUser(user);
      REALM
          .admin()
          .post(
              REALM.path("/identity-provider/instances"),
              Json.object(
                  "alias",
                  alias,
                  "providerId",
                  "oidc",
                  "enabled",
                  true,
                  "config",
                  Map.of(
                      "issuer",
                      name(),
                      "clientId",
                      "keycloak",
                      "clientSecret",
                      "s",
                      "authorizationUrl",
                      name() + "/auth",
                      "tokenUrl",
                      name() + "/token",
                      "validateSignature",
                      "true",
                      "useJwksUrl",
                      "true",
                      "jwksUrl",
                      keys.url(),
                      "globalTokenRevocation",
                      "true")))
          .expect(201);
      REALM
          .admin()
          .post(
              REALM.path("/users/" + REALM.userId(user) + "/federated-identity/" + alias),
              Json.object("identityProvider", alias, "userId", user, "userName", user))
          .expect(204);
    }

    Response end(JwtSigner key) {
      return send(sign(key));
    }

    Response send(String jwt) {
      return REVOKER.send(
          Map.of("format", "iss_sub", "iss", name(), "sub", user),
          "Authorization",
          "Bearer " + jwt);
    }

    /** A fresh JWT as Okta Universal Logout sends it. */
    String sign(JwtSigner key) {
      long now = Instant.now().getEpochSecond();
      return key.sign(
          "global-token-revocation+jwt",
          Map.of(
              "iss",
              name(),
              "sub",
              name(),
              "aud",
              REALM.issuer() + "/" + GlobalRevoker.SCOPE,
              "jti",
              UUID.randomUUID().toString(),
              "iat",
              now,
              "nbf",
              now,
              "exp",
              now + 300));
    }
  }
}
