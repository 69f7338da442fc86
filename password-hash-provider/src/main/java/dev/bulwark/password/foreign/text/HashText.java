package dev.bulwark.password.foreign.text;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.KeycloakCost;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.DigestVerifier;
import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Writes a stored hash as the text that other applications read: the PHC string format where there
 * is one, else the form of the library that made the hash. The inverse of {@link
 * ForeignHash#parse}.
 */
public final class HashText {

  private HashText() {}

  /**
   * Writes a hash.
   *
   * @throws UnusableHashException when the algorithm is unknown, when its fields are corrupt, or
   *     when no form can carry them
   */
  public static String of(StoredHash hash) {
    String text = write(hash);
    ForeignHash.parse(text, CostLimits.NONE);
    return text;
  }

  private static String write(StoredHash hash) {
    return switch (hash.algorithm()) {
      case Algorithms.ARGON2 -> argon2(hash);
      case Algorithms.PBKDF2_SHA1, Algorithms.PBKDF2_SHA256, Algorithms.PBKDF2_SHA512 ->
          pbkdf2(hash);
      case Algorithms.SCRYPT -> scrypt(hash);
      case Algorithms.MESSAGE_DIGEST -> digest(hash);
      default -> {
        if (!LegacyVerifiers.have(hash.algorithm())) {
          throw new UnusableHashException("its algorithm is unknown");
        }
        yield hash.value();
      }
    };
  }

  private static String argon2(StoredHash hash) {
    Argon2Parameters parameters = Argon2Fields.read(hash.iterations(), hash.parameters());
    return "$argon2%s$v=%d$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            parameters.type().label(),
            parameters.version().code(),
            parameters.memory(),
            parameters.iterations(),
            parameters.parallelism(),
            base64(hash.salt()),
            base64(value(hash)));
  }

  /**
   * The form of passlib, which demands a key of its digest's length, else of the library that makes
   * such keys. Keycloak's own keys of 64 bytes are written as ASP.NET's.
   */
  private static String pbkdf2(StoredHash hash) {
    byte[] key = value(hash);
    if (key.length == KeycloakCost.blockLength(hash.algorithm())) {
      return "$%s$%d$%s$%s"
          .formatted(
              hash.algorithm(),
              hash.iterations(),
              base64(hash.salt()).replace('+', '.'),
              base64(key).replace('+', '.'));
    }
    return SpringPbkdf2Hash.write(hash, key)
        .or(() -> AspNetHash.write(hash, key))
        .orElseThrow(
            () ->
                new UnusableHashException(
                    "no form has a %s hash of %d bytes with a salt of %d bytes"
                        .formatted(hash.algorithm(), key.length, hash.salt().length)));
  }

  private static String scrypt(StoredHash hash) {
    byte[] value = value(hash);
    ScryptParameters parameters =
        new ScryptParameters(
            hash.iterations(),
            Argon2Fields.number(hash.parameters(), ScryptParameters.R),
            Argon2Fields.number(hash.parameters(), ScryptParameters.P),
            value.length);
    return "$scrypt$ln=%d,r=%d,p=%d$%s$%s"
        .formatted(
            Integer.numberOfTrailingZeros(parameters.n()),
            parameters.r(),
            parameters.p(),
            base64(hash.salt()),
            base64(value));
  }

  private static String digest(StoredHash hash) {
    String digest =
        hash.parameters()
            .getOrDefault(DigestVerifier.DIGEST, "")
            .replace("-", "")
            .toLowerCase(Locale.ROOT);
    byte[] value = value(hash);
    if (DigestVerifier.SALT_PASSWORD.equals(hash.parameters().get(DigestVerifier.ORDER))) {
      return "%s$%s$%s"
          .formatted(
              digest,
              new String(hash.salt(), StandardCharsets.UTF_8),
              HexFormat.of().formatHex(value));
    }
    byte[] both = Arrays.copyOf(value, value.length + hash.salt().length);
    System.arraycopy(hash.salt(), 0, both, value.length, hash.salt().length);
    return "{%s%s}%s"
        .formatted(
            hash.salt().length == 0 ? "" : "S",
            (digest.equals("sha1") ? "sha" : digest).toUpperCase(Locale.ROOT),
            Base64.getEncoder().encodeToString(both));
  }

  private static byte[] value(StoredHash hash) {
    try {
      return Base64.getDecoder().decode(hash.value());
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its hash is malformed");
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }
}
