package dev.bulwark.password.foreign;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Argon2 parameters in Keycloak's credential data, as Keycloak's own Argon2 provider writes and
 * reads them ({@code org.keycloak.crypto.hash.Argon2PasswordHashProvider}).
 */
public final class Argon2Fields {

  private static final String TYPE = "type";
  private static final String VERSION = "version";
  private static final String MEMORY = "memory";
  private static final String PARALLELISM = "parallelism";
  private static final String HASH_LENGTH = "hashLength";

  private Argon2Fields() {}

  /** All but the iterations, which are a field of their own. */
  public static Map<String, String> write(Argon2Parameters parameters) {
    return Map.of(
        TYPE, parameters.type().label(),
        VERSION, parameters.version().label(),
        MEMORY, Integer.toString(parameters.memory()),
        PARALLELISM, Integer.toString(parameters.parallelism()),
        HASH_LENGTH, Integer.toString(parameters.hashLength()));
  }

  /**
   * Reads them.
   *
   * @throws UnusableHashException when one is missing or out of range
   */
  public static Argon2Parameters read(int iterations, Map<String, String> parameters) {
    Argon2Type type =
        Argon2Type.ofLabel(text(parameters, TYPE))
            .orElseThrow(() -> new UnusableHashException("its Argon2 type is unknown"));
    Argon2Version version =
        Argon2Version.ofLabel(text(parameters, VERSION))
            .orElseThrow(() -> new UnusableHashException("its Argon2 version is unknown"));
    try {
      return new Argon2Parameters(
          type,
          version,
          number(parameters, MEMORY),
          iterations,
          number(parameters, PARALLELISM),
          number(parameters, HASH_LENGTH));
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its " + e.getMessage());
    }
  }

  private static String text(Map<String, String> parameters, String key) {
    @Nullable String value = parameters.get(key);
    if (value == null) {
      throw new UnusableHashException("its parameter " + key + " is missing");
    }
    return value;
  }

  public static int number(Map<String, String> parameters, String key) {
    try {
      return Integer.parseInt(text(parameters, key));
    } catch (NumberFormatException e) {
      // The text itself stays out: a message must never carry stored data of unknown content.
      throw new UnusableHashException("its parameter " + key + " is no whole number below 2^31");
    }
  }
}
