package dev.bulwark.password.migrate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * JSON texts of Keycloak's {@code otp} credential and of the bundle's {@code api-key} credential.
 */
final class Credentials {

  /**
   * What authenticator apps and pyotp have by default (RFC 6238), with the secret kept as Base32.
   */
  static final String TOTP_DATA =
      "{\"subType\":\"totp\",\"digits\":6,\"counter\":0,\"period\":30,\"algorithm\":\"HmacSHA1\","
          + "\"secretEncoding\":\"BASE32\"}";

  private Credentials() {}

  static String totpSecretData(String base32) {
    return JsonNodeFactory.instance.objectNode().put("value", base32).toString();
  }

  static String apiKeyData(ApiKeyEntry key) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("name", key.name());
    data.put("prefix", "");
    List<String> scopes = key.scopes();
    if (scopes != null) {
      scopes.forEach(data.putArray("scopes")::add);
    }
    Instant expiresAt = key.expiresAt();
    if (expiresAt != null) {
      data.put("expiresAt", expiresAt.toEpochMilli());
    }
    data.put("active", key.active());
    return data.toString();
  }

  static String apiKeySecretData(ApiKeyEntry key) {
    return JsonNodeFactory.instance.objectNode().put("hash", key.hash()).toString();
  }
}
