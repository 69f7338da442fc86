package dev.bulwark.password.recovery;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.util.Base64;

/**
 * An Argon2 hash as one line of text: the PHC string format, {@code
 * $argon2id$v=19$m=65536,t=3,p=4$salt$hash}.
 */
final class PhcText {

  private static final String ARGON2 = "$argon2";

  /** The hasher checks the cost when it verifies; a second limit here could differ from its. */
  private static final CostLimits NO_LIMITS =
      new CostLimits(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  private PhcText() {}

  /** Whether a stored code is such a text; Keycloak's own form (Base64) never is. */
  static boolean is(String stored) {
    return stored.startsWith(ARGON2);
  }

  /**
   * Writes a hash.
   *
   * @param hash of Argon2, in the fields of {@link Argon2Fields}
   * @throws UnusableHashException when a parameter is missing or out of range
   */
  static String write(StoredHash hash) {
    Argon2Parameters parameters = Argon2Fields.read(hash.iterations(), hash.parameters());
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2%s$v=%d$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            parameters.type().label(),
            parameters.version().code(),
            parameters.memory(),
            parameters.iterations(),
            parameters.parallelism(),
            base64.encodeToString(hash.salt()),
            base64.encodeToString(Base64.getDecoder().decode(hash.value())));
  }

  /**
   * Reads a hash.
   *
   * @throws UnusableHashException when the text is malformed
   */
  static StoredHash read(String text) {
    return ForeignHash.parse(text, NO_LIMITS);
  }
}
