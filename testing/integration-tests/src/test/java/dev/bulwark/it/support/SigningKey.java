package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/** A key on P-256 that signs JWTs with ES256. */
public final class SigningKey {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int COORDINATE = 32;

  private final KeyPair keys;

  private SigningKey(KeyPair keys) {
    this.keys = keys;
  }

  public static SigningKey create() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return new SigningKey(generator.generateKeyPair());
  }

  /** The public key, with its members in the order of RFC 7638. */
  public ObjectNode jwk() {
    ECPublicKey key = (ECPublicKey) keys.getPublic();
    return JSON.createObjectNode()
        .put("crv", "P-256")
        .put("kty", "EC")
        .put("x", coordinate(key.getW().getAffineX()))
        .put("y", coordinate(key.getW().getAffineY()));
  }

  /** The key with its private part. */
  public ObjectNode privateJwk() {
    return jwk().put("d", coordinate(((ECPrivateKey) keys.getPrivate()).getS()));
  }

  /** RFC 7638. */
  public String thumbprint() throws GeneralSecurityException {
    return BASE64.encodeToString(
        MessageDigest.getInstance("SHA-256")
            .digest(jwk().toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** A client assertion (RFC 7523). */
  public String assertion(String clientId, String audience) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    return sign(
        JSON.createObjectNode().put("kid", thumbprint()),
        JSON.createObjectNode()
            .put("iss", clientId)
            .put("sub", clientId)
            .put("aud", audience)
            .put("iat", now)
            .put("nbf", now)
            .put("exp", now + 60));
  }

  /** A DPoP proof (RFC 9449). */
  public String proof(String method, String url) throws GeneralSecurityException {
    return proof(claims(method, url));
  }

  /** A proof of these claims beside a {@code jti} of its own. */
  public String proof(ObjectNode claims) throws GeneralSecurityException {
    ObjectNode header = JSON.createObjectNode().put("typ", "dpop+jwt");
    header.set("jwk", jwk());
    return sign(header, claims);
  }

  /** As {@link #proof(String, String)}, for a resource, which wants the token named. */
  public String proof(String method, String url, String accessToken)
      throws GeneralSecurityException {
    return proof(claims(method, url, accessToken));
  }

  /** What a proof for a resource says. */
  public static ObjectNode claims(String method, String url, String accessToken)
      throws GeneralSecurityException {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(accessToken.getBytes(StandardCharsets.UTF_8));
    return claims(method, url).put("ath", BASE64.encodeToString(hash));
  }

  private static ObjectNode claims(String method, String url) {
    return JSON.createObjectNode()
        .put("htm", method)
        .put("htu", url)
        .put("iat", Instant.now().getEpochSecond());
  }

  private String sign(ObjectNode header, ObjectNode claims) throws GeneralSecurityException {
    header.put("alg", "ES256");
    claims.put("jti", UUID.randomUUID().toString());
    String content = encode(header) + "." + encode(claims);
    return content + "." + BASE64.encodeToString(sign(content));
  }

  /** A signature by ES256. */
  public byte[] sign(String content) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(keys.getPrivate());
    signature.update(content.getBytes(StandardCharsets.US_ASCII));
    return signature.sign();
  }

  private static String encode(ObjectNode node) {
    return BASE64.encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String coordinate(BigInteger number) {
    byte[] fixed = new byte[COORDINATE];
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, COORDINATE);
    System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
    return BASE64.encodeToString(fixed);
  }
}
