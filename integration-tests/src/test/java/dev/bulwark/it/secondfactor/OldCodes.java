package dev.bulwark.it.secondfactor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** Recovery codes as Keycloak itself stores them: the SHA-512 of each, without a salt. */
final class OldCodes {

  private static final ObjectMapper JSON = new ObjectMapper();

  private OldCodes() {}

  /** The credential for the import of a user. */
  static ObjectNode credential(List<String> codes) {
    ObjectNode secret = JSON.createObjectNode();
    ArrayNode list = secret.putArray("codes");
    for (String code : codes) {
      int number = list.size() + 1;
      list.addObject().put("number", number).put("encodedHashedValue", keycloaksForm(code));
    }
    ObjectNode data =
        JSON.createObjectNode()
            .put("algorithm", "SHA-512")
            .put("totalCodes", codes.size())
            .put("remainingCodes", codes.size());
    return JSON.createObjectNode()
        .put("type", "recovery-authn-codes")
        .put("secretData", secret.toString())
        .put("credentialData", data.toString());
  }

  static String keycloaksForm(String code) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-512").digest(code.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
