package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** Signs JWTs with an RSA key of its own. */
final class JwtSigner {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final String kid;
  private final KeyPair keys;

  JwtSigner() {
    this("k");
  }

  /**
   * With a name of the key.
   *
   * @param kid the header {@code kid} of what it signs
   */
  JwtSigner(String kid) {
    this.kid = kid;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      keys = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As the config of an identity provider has it. */
  String publicKey() {
    return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
  }

  /** The public key as a set of an issuer has it (RFC 7517). */
  Map<String, Object> jwk() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return Map.of(
        "kty",
        "RSA",
        "use",
        "sig",
        "alg",
        "RS256",
        "kid",
        kid,
        "n",
        number(key.getModulus()),
        "e",
        number(key.getPublicExponent()));
  }

  /** RFC 7518, 6.3.1: without the byte of the sign. */
  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return BASE64.encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
  }

  /** A JWT signed with RS256. */
  String sign(String type, Map<String, Object> claims) {
    String signed = part(Map.of("alg", "RS256", "typ", type, "kid", kid)) + "." + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A part of a JWT. */
  static String part(Map<String, Object> fields) {
    return BASE64.encodeToString(Json.of(fields).getBytes(StandardCharsets.UTF_8));
  }
}
