package dev.bulwark.password.foreign.text;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hashes of Spring Security's {@code Pbkdf2PasswordEncoder} with its own parameters, which are not
 * in the text: a salt and a key of 32 bytes. Keycloak's own providers verify them.
 */
final class SpringPbkdf2Hash {

  /** Salt and key; a salt of 8 bytes until Spring Security 5.7, of 16 from 5.8 on. */
  static final Pattern TEXT =
      Pattern.compile(
          "\\{pbkdf2}([0-9a-f]{16})([0-9a-f]{64})"
              + "|\\{pbkdf2@SpringSecurity_v5_8}([0-9a-f]{32})([0-9a-f]{64})");

  private static final int SALT = 8;
  private static final int KEY = 32;
  private static final int ITERATIONS = 185_000;
  private static final int ITERATIONS_5_8 = 310_000;

  private SpringPbkdf2Hash() {}

  /**
   * Reads a hash.
   *
   * @param text of {@link #TEXT}
   * @throws UnusableHashException when it costs more than the limits
   */
  static StoredHash read(Matcher text, CostLimits limits) {
    return text.group(1) != null
        ? stored(Algorithms.PBKDF2_SHA1, ITERATIONS, text.group(1), text.group(2), limits)
        : stored(Algorithms.PBKDF2_SHA256, ITERATIONS_5_8, text.group(3), text.group(4), limits);
  }

  /**
   * Writes a hash of Spring Security until 5.7. Those of later versions have a key of their
   * digest's length, which other libraries read too.
   *
   * @param key the bytes of the hash
   * @return the text; empty for other parameters
   */
  static Optional<String> write(StoredHash hash, byte[] key) {
    if (!hash.algorithm().equals(Algorithms.PBKDF2_SHA1)
        || hash.iterations() != ITERATIONS
        || hash.salt().length != SALT
        || key.length != KEY) {
      return Optional.empty();
    }
    HexFormat hex = HexFormat.of();
    return Optional.of("{pbkdf2}" + hex.formatHex(hash.salt()) + hex.formatHex(key));
  }

  private static StoredHash stored(
      String algorithm, int iterations, String salt, String key, CostLimits limits) {
    limits.checkIterations(iterations);
    HexFormat hex = HexFormat.of();
    return new StoredHash(
        algorithm,
        iterations,
        Map.of(),
        Base64.getEncoder().encodeToString(hex.parseHex(key)),
        hex.parseHex(salt));
  }
}
