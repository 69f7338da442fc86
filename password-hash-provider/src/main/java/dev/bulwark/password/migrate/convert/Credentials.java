package dev.bulwark.password.migrate.convert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.password.foreign.ImportedCode;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import java.time.Instant;
import java.util.List;

/**
 * JSON texts of Keycloak's credentials {@code otp} and {@code recovery-authn-codes}, and of the
 * bundle's {@code api-key}.
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

  static String backupCodesData(int count) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("algorithm", "SHA-256");
    data.put("totalCodes", count);
    data.put("remainingCodes", count);
    return data.toString();
  }

  /**
   * The codes as the recovery codes of this bundle read them.
   *
   * @param hashes SHA-256 in hexadecimal
   */
  static String backupCodesSecretData(List<String> hashes) {
    ObjectNode secret = JsonNodeFactory.instance.objectNode();
    ArrayNode codes = secret.putArray("codes");
    for (String hash : hashes) {
      codes
          .addObject()
          .put("number", codes.size())
          .put("encodedHashedValue", ImportedCode.PREFIX + hash);
    }
    return secret.toString();
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
    if (key.requestCount() > 0) {
      data.put("requestCount", key.requestCount());
    }
    Instant lastUsedAt = key.lastUsedAt();
    if (lastUsedAt != null) {
      data.put("lastUsedAt", lastUsedAt.toEpochMilli());
    }
    data.setAll(key.restrictions());
    return data.toString();
  }

  static String apiKeySecretData(ApiKeyEntry key) {
    return JsonNodeFactory.instance.objectNode().put("hash", key.hash()).toString();
  }
}
