package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Keys as other applications have them, of which the server gets the SHA-256 only. */
final class ForeignKeys {

  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private ForeignKeys() {}

  static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The documented checksum rule, written down once more. */
  static String withChecksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    StringBuilder checksum = new StringBuilder();
    long rest = crc.getValue();
    for (int i = 0; i < 6; i++) {
      checksum.insert(0, BASE62.charAt((int) (rest % 62)));
      rest /= 62;
    }
    return body + checksum;
  }

  /** A credential of the realm JSON. */
  static ObjectNode credential(String key, String name, String... scopes) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("name", name);
    var list = data.putArray("scopes");
    for (String scope : scopes) {
      list.add(scope);
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "api-key")
        .put("secretData", Json.object("hash", sha256(key)))
        .put("credentialData", data.toString());
  }
}
