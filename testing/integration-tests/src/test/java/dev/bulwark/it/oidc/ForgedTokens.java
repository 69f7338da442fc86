package dev.bulwark.it.oidc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Realm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Everything that an attacker makes of a token that he has and of what the realm publishes (RFC
 * 8725, 2 and 3). The claims are those of the real token, so that only the signature speaks against
 * it.
 */
public final class ForgedTokens {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final String[] parts;
  private final ObjectNode header;
  private final byte[] publicKey;
  private final KeyPair attacker;

  /**
   * @param token a signed token of the realm
   * @param publicKey the realm's RSA key, as {@code GET /realms/{realm}} tells it to everybody
   */
  public ForgedTokens(String token, String publicKey) {
    this.parts = token.split("\\.");
    this.header = (ObjectNode) Realm.header(token);
    this.publicKey = Base64.getDecoder().decode(publicKey);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      this.attacker = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Name of the attack → token. */
  public Map<String, String> all() {
    Map<String, String> forged = new LinkedHashMap<>();
    for (String none : new String[] {"none", "None", "NONE", "nOnE", ""}) {
      forged.put("alg '" + none + "', no signature", signed(header("alg", none), new byte[0]));
      forged.put(
          "alg '" + none + "', the old signature",
          header("alg", none) + "." + parts[1] + "." + parts[2]);
    }
    forged.put("no alg", signed(header(node -> node.remove("alg")), new byte[0]));
    forged.put("no signature", parts[0] + "." + parts[1] + ".");
    forged.put("two parts", parts[0] + "." + parts[1]);
    for (String hmac : new String[] {"HS256", "HS384", "HS512"}) {
      for (Map.Entry<String, byte[]> secret : publicKeyAsSecret().entrySet()) {
        forged.put(
            hmac + " with the public key as " + secret.getKey(),
            hmac(header("alg", hmac), hmac, secret.getValue()));
        forged.put(
            hmac + " without kid, with the public key as " + secret.getKey(),
            hmac(header(node -> node.put("alg", hmac).remove("kid")), hmac, secret.getValue()));
      }
    }
    forged.put("another's RSA key under the realm's kid", rsa(encoded(header)));
    forged.put("another's RSA key, no kid", rsa(header(node -> node.remove("kid"))));
    forged.put("another's RSA key, kid of a file", rsa(header("kid", "../../../../dev/null")));
    forged.put("another's RSA key in the header (jwk)", rsa(header(this::putKey)));
    forged.put(
        "another's RSA key at an address (jku)", rsa(header("jku", "http://127.0.0.1:1/certs")));
    forged.put("another's RSA key as certificate (x5c)", rsa(header(this::putCertificate)));
    forged.put(
        "PS256 with the old signature", header("alg", "PS256") + "." + parts[1] + "." + parts[2]);
    forged.put("ES256 with a zero signature", signed(header("alg", "ES256"), new byte[64]));
    forged.put(
        "an unknown critical header",
        header(node -> node.putArray("crit").add("exp-of-attacker"))
            + "."
            + parts[1]
            + "."
            + parts[2]);
    forged.put("another subject", changed(claims -> claims.put("sub", "someone-else")));
    forged.put("a later end", changed(claims -> claims.put("exp", claims.get("exp").asLong() + 1)));
    forged.put("more scope", changed(claims -> claims.put("scope", "openid admin")));
    forged.put("one bit of the signature", withOneBitOfTheSignature());
    return forged;
  }

  /** Other claims under the old signature. */
  private String changed(Consumer<ObjectNode> change) {
    ObjectNode claims = (ObjectNode) Realm.claims(String.join(".", parts));
    change.accept(claims);
    return parts[0] + "." + encoded(claims) + "." + parts[2];
  }

  private String withOneBitOfTheSignature() {
    byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
    signature[signature.length / 2] ^= 1;
    return parts[0] + "." + parts[1] + "." + URL.encodeToString(signature);
  }

  private Map<String, byte[]> publicKeyAsSecret() {
    String base64 = Base64.getEncoder().encodeToString(publicKey);
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey);
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    secrets.put("DER", publicKey);
    secrets.put("Base64", base64.getBytes(StandardCharsets.US_ASCII));
    secrets.put(
        "PEM",
        ("-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----")
            .getBytes(StandardCharsets.US_ASCII));
    secrets.put(
        "PEM with line end",
        ("-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII));
    secrets.put("modulus", modulus().toByteArray());
    return secrets;
  }

  private BigInteger modulus() {
    try {
      RSAPublicKey key =
          (RSAPublicKey)
              KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(publicKey));
      return key.getModulus();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void putKey(ObjectNode node) {
    RSAPublicKey key = (RSAPublicKey) attacker.getPublic();
    node.remove("kid");
    node.putObject("jwk")
        .put("kty", "RSA")
        .put("n", URL.encodeToString(key.getModulus().toByteArray()))
        .put("e", URL.encodeToString(key.getPublicExponent().toByteArray()));
  }

  private void putCertificate(ObjectNode node) {
    node.remove("kid");
    node.putArray("x5c").add(Base64.getEncoder().encodeToString(attacker.getPublic().getEncoded()));
  }

  private String header(String name, String value) {
    return header(node -> node.put(name, value));
  }

  private String header(Consumer<ObjectNode> change) {
    ObjectNode changed = header.deepCopy();
    change.accept(changed);
    return encoded(changed);
  }

  private static String encoded(ObjectNode node) {
    try {
      return URL.encodeToString(JSON.writeValueAsBytes(node));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private String signed(String encodedHeader, byte[] signature) {
    return encodedHeader + "." + parts[1] + "." + URL.encodeToString(signature);
  }

  private String hmac(String encodedHeader, String algorithm, byte[] secret) {
    try {
      String name = "HmacSHA" + algorithm.substring(2);
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret, name));
      return signed(encodedHeader, mac.doFinal(input(encodedHeader)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private String rsa(String encodedHeader) {
    try {
      PrivateKey key = attacker.getPrivate();
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(input(encodedHeader));
      return signed(encodedHeader, signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] input(String encodedHeader) {
    return (encodedHeader + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
  }
}
