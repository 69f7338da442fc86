package dev.bulwark.password.foreign.text;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hashes of ASP.NET Identity (version 2) and ASP.NET Core Identity (version 3), which are PBKDF2: a
 * version byte, then salt and key. Keycloak's own providers verify them. Source: {@code
 * Microsoft.AspNetCore.Identity.PasswordHasher}.
 */
final class AspNetHash {

  private static final int V2_SALT = 16;
  private static final int V2_KEY = 32;
  private static final int V2_ITERATIONS = 1000;

  /** By the number of the function in version 3. */
  private static final List<String> FUNCTIONS =
      List.of(Algorithms.PBKDF2_SHA1, Algorithms.PBKDF2_SHA256, Algorithms.PBKDF2_SHA512);

  /** Version, function, iterations, length of the salt. */
  private static final int V3_HEADER = 13;

  private static final int MIN_SALT = 16;

  /** 256 bits, as ASP.NET writes; a shorter key would match too many passwords. */
  private static final int MIN_KEY = 32;

  private static final int MAX_KEY = 64;

  private AspNetHash() {}

  /**
   * Reads a hash.
   *
   * @param bytes decoded from Base64
   * @throws UnusableHashException when it is none, or costs more than the limits
   */
  static StoredHash read(byte[] bytes, CostLimits limits) {
    return bytes[0] == 0 ? version2(bytes) : version3(bytes, limits);
  }

  /**
   * Writes a hash, in version 2 where it has exactly the parameters of that version.
   *
   * @param key the bytes of the hash
   * @return the text; empty for a key or a salt of a length that the form does not have
   */
  static Optional<String> write(StoredHash hash, byte[] key) {
    byte[] salt = hash.salt();
    if (salt.length < MIN_SALT || key.length < MIN_KEY || key.length > MAX_KEY) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(V3_HEADER + salt.length + key.length);
    if (isVersion2(hash, key)) {
      bytes.put((byte) 0);
    } else {
      bytes
          .put((byte) 1)
          .putInt(FUNCTIONS.indexOf(hash.algorithm()))
          .putInt(hash.iterations())
          .putInt(salt.length);
    }
    bytes.put(salt).put(key).flip();
    return Optional.of(
        StandardCharsets.US_ASCII.decode(Base64.getEncoder().encode(bytes)).toString());
  }

  private static boolean isVersion2(StoredHash hash, byte[] key) {
    return hash.algorithm().equals(Algorithms.PBKDF2_SHA1)
        && hash.iterations() == V2_ITERATIONS
        && hash.salt().length == V2_SALT
        && key.length == V2_KEY;
  }

  private static StoredHash version2(byte[] bytes) {
    if (bytes.length != 1 + V2_SALT + V2_KEY) {
      throw new UnusableHashException("it is in no known form");
    }
    return stored(Algorithms.PBKDF2_SHA1, V2_ITERATIONS, bytes, 1, V2_SALT);
  }

  private static StoredHash version3(byte[] bytes, CostLimits limits) {
    if (bytes[0] != 1 || bytes.length < V3_HEADER + MIN_SALT + MIN_KEY) {
      throw new UnusableHashException("it is in no known form");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, 1, V3_HEADER - 1);
    int function = header.getInt();
    int iterations = header.getInt();
    int saltLength = header.getInt();
    if (function < 0
        || function >= FUNCTIONS.size()
        || iterations < 1
        || saltLength < MIN_SALT
        || saltLength > bytes.length - V3_HEADER - MIN_KEY
        || bytes.length - V3_HEADER - saltLength > MAX_KEY) {
      throw new UnusableHashException("it is no well-formed ASP.NET hash");
    }
    limits.checkIterations(iterations);
    CostLimits.checkSalt(saltLength);
    return stored(FUNCTIONS.get(function), iterations, bytes, V3_HEADER, saltLength);
  }

  private static StoredHash stored(
      String algorithm, int iterations, byte[] bytes, int start, int saltLength) {
    int key = start + saltLength;
    return new StoredHash(
        algorithm,
        iterations,
        Map.of(),
        Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, key, bytes.length)),
        Arrays.copyOfRange(bytes, start, key));
  }
}
