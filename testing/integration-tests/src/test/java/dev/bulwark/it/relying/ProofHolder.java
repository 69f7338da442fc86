package dev.bulwark.it.relying;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client with a key, and a thief with another: proofs as clients/conformance/README.md describes
 * them.
 */
final class ProofHolder {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final SigningKey own;
  private final SigningKey other;
  private final String url;
  private String last = "";

  ProofHolder(SigningKey own, SigningKey other, String url) {
    this.own = own;
    this.other = other;
    this.url = url;
  }

  /**
   * A proof for {@code GET}.
   *
   * @param wanted what differs from a good one
   * @param resource the address in the case, in the place of this one's
   */
  String proof(JsonNode wanted, String token, String resource) throws GeneralSecurityException {
    if (wanted.has("text")) {
      return wanted.get("text").asText();
    }
    if (!wanted.has("again")) {
      last = sign(wanted, token, resource);
    }
    return last;
  }

  private String sign(JsonNode wanted, String token, String resource)
      throws GeneralSecurityException {
    SigningKey key = wanted.path("key").asText().equals("other") ? other : own;
    String proven = wanted.path("ath").asText().equals("other") ? "another" : token;
    ObjectNode claims = SigningKey.claims("GET", url, proven);
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("iat", claims.get("iat").longValue() + wanted.path("iat").asLong());
    change(claims, wanted.path("claims"));
    if (claims.path("htu").isTextual()) {
      claims.put("htu", claims.get("htu").asText().replace(resource, address(resource)));
    }
    ObjectNode header = key.jwk().objectNode().put("typ", "dpop+jwt").put("alg", "ES256");
    header.set("jwk", key.jwk());
    change(header, wanted.path("header"));
    if (header.path("jwk").asText().equals("own")) {
      header.set("jwk", own.jwk());
    } else if (header.path("jwk").asText().equals("private")) {
      header.set("jwk", key.privateJwk());
    }
    String content = encode(header) + "." + encode(claims);
    return content + "." + BASE64.encodeToString(signature(header, key, content));
  }

  /** The part of this one's address that stands for the resource. */
  private String address(String resource) {
    return url.substring(0, url.lastIndexOf(resource.substring(resource.lastIndexOf('/'))))
        + resource.substring(resource.lastIndexOf('/'));
  }

  private static void change(ObjectNode members, JsonNode changes) {
    changes
        .fields()
        .forEachRemaining(
            change -> {
              if (change.getValue().isNull()) {
                members.remove(change.getKey());
              } else {
                members.set(change.getKey(), change.getValue());
              }
            });
  }

  private byte[] signature(ObjectNode header, SigningKey key, String content)
      throws GeneralSecurityException {
    switch (header.get("alg").asText()) {
      case "none":
        return new byte[0];
      case "HS256":
        JsonNode secret = header.path("jwk").path("k");
        byte[] bytes =
            secret.isTextual()
                ? Base64.getUrlDecoder().decode(secret.asText())
                : own.jwk().toString().getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
        return mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      default:
        return key.sign(content);
    }
  }

  private static String encode(ObjectNode node) {
    return BASE64.encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
  }
}
