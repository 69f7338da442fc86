package dev.bulwark.it.move;

import dev.bulwark.it.password.OldHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A user of the old application.
 *
 * @param name as it stands there, with a capital letter
 * @param totp Base32, null for none
 * @param key one that is good
 */
record OldUser(String name, OldHash hash, @Nullable String totp, String key) {

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  /**
   * One user for each way of hashing that the vectors of Python's libraries and crypt(3) have. The
   * last one has no second factor.
   */
  static List<OldUser> oneOfEachScheme() {
    Map<String, OldHash> bySchema = new TreeMap<>();
    OldHash.oneOfEachForm().forEach(hash -> bySchema.putIfAbsent(hash.algorithm(), hash));
    List<OldUser> users = new ArrayList<>();
    for (OldHash hash : bySchema.values()) {
      int number = users.size();
      char letter = BASE32.charAt(number);
      String totp =
          number == bySchema.size() - 1 ? null : "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX" + letter;
      users.add(new OldUser("Old" + number, hash, totp, "atk_" + ("k" + letter).repeat(21) + "x"));
    }
    return users;
  }

  /** As Keycloak has the name. */
  String login() {
    return name.toLowerCase(Locale.ROOT);
  }

  static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
