package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/** An issuer of the assertions of RFC 7523 that a realm trusts as an identity provider. */
final class AssertionIssuer {

  private static final String ALIAS = "assertions";
  private static final String ISSUER = "https://assertions.example.org";
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final PathRealm realm;
  private final String client;
  private final KeyPair keys;

  private AssertionIssuer(PathRealm realm, String client, KeyPair keys) {
    this.realm = realm;
    this.client = client;
    this.keys = keys;
  }

  /** Has a realm trust a new issuer, and lets a client use its assertions. */
  static AssertionIssuer create(PathRealm realm, String client) {
    KeyPair keys = newKeys();
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
                        Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())))))
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
    String signed =
        part(Map.of("alg", "RS256", "typ", "JWT", "kid", "k"))
            + "."
            + part(
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
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(Map<String, Object> fields) {
    return BASE64.encodeToString(Json.of(fields).getBytes(StandardCharsets.UTF_8));
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
