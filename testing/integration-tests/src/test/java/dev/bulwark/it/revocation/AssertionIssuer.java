package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** An issuer of the assertions of RFC 7523 that a realm trusts as an identity provider. */
final class AssertionIssuer {

  private static final String ALIAS = "assertions";
  private static final String ISSUER = "https://assertions.example.org";
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

  private final PathRealm realm;
  private final String client;
  private final JwtSigner keys;

  private AssertionIssuer(PathRealm realm, String client, JwtSigner keys) {
    this.realm = realm;
    this.client = client;
    this.keys = keys;
  }

  /** Has a realm trust a new issuer, and lets a client use its assertions. */
  static AssertionIssuer create(PathRealm realm, String client) {
    JwtSigner keys = new JwtSigner();
    realm
        .admin()
        .post(
            realm.path("/identity-provider/instances"),
            Json.of(
                Map.of(
                    "alias",
                    ALIAS,
                    "providerId",
                    "jwt-authorization-grant",
                    "enabled",
                    true,
                    "config",
                    Map.of(
                        "issuer",
                        ISSUER,
                        "useJwksUrl",
                        "false",
                        "publicKeySignatureVerifier",
                        keys.publicKey()))))
        .expect(201);
    realm.update(
        "/clients/" + realm.clientUuid(client),
        Map.of(
            "attributes",
            Map.of(
                "oauth2.jwt.authorization.grant.enabled",
                "true",
                "oauth2.jwt.authorization.grant.idp",
                ALIAS)));
    return new AssertionIssuer(realm, client, keys);
  }

  /** Links a user of the realm to one of the issuer. */
  void link(String user, String subject) {
    realm
        .admin()
        .post(
            realm.path("/users/" + realm.userId(user) + "/federated-identity/" + ALIAS),
            Json.of(Map.of("identityProvider", ALIAS, "userId", subject, "userName", subject)))
        .expect(204);
  }

  /** The answer to the grant with a fresh assertion about a user of the issuer. */
  Response grant(String subject) {
    return realm.token(client, Map.of("grant_type", GRANT, "assertion", assertion(subject)));
  }

  private String assertion(String subject) {
    long now = Instant.now().getEpochSecond();
    return keys.sign(
        "JWT",
        Map.of(
            "iss",
            ISSUER,
            "sub",
            subject,
            "aud",
            new Realm(realm.server(), realm.name()).url(),
            "jti",
            UUID.randomUUID().toString(),
            "iat",
            now,
            "exp",
            now + 60));
  }
}
