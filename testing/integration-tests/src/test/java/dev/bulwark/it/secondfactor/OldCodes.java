package dev.bulwark.it.secondfactor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Recovery codes as Keycloak itself stores them: the SHA-512 of each, without a salt. */
final class OldCodes {

  private static final ObjectMapper JSON = new ObjectMapper();

  private OldCodes() {}

  /** The credential for the import of a user. */
  static ObjectNode credential(List<String> codes) {
    return credential("SHA-512", codes.stream().map(OldCodes::keycloaksForm).toList());
  }

  /** The same with codes of another application, as {@code bulwark-migrate} writes them. */
  static ObjectNode imported(List<String> codes) {
    return credential(
        "SHA-256",
        codes.stream()
            .map(code -> "{SHA-256}" + HexFormat.of().formatHex(hash("SHA-256", code)))
            .toList());
  }

  private static ObjectNode credential(String algorithm, List<String> stored) {
    ObjectNode secret = JSON.createObjectNode();
    ArrayNode list = secret.putArray("codes");
    for (String code : stored) {
      list.addObject().put("number", list.size()).put("encodedHashedValue", code);
    }
    ObjectNode data =
        JSON.createObjectNode()
            .put("algorithm", algorithm)
            .put("totalCodes", stored.size())
            .put("remainingCodes", stored.size());
    return JSON.createObjectNode()
        .put("type", "recovery-authn-codes")
        .put("secretData", secret.toString())
        .put("credentialData", data.toString());
  }

  static String keycloaksForm(String code) {
    return Base64.getEncoder().encodeToString(hash("SHA-512", code));
  }

  private static byte[] hash(String algorithm, String code) {
    try {
      return MessageDigest.getInstance(algorithm).digest(code.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
