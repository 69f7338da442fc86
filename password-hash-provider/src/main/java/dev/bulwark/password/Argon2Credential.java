package dev.bulwark.password;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;
import org.keycloak.models.credential.dto.PasswordSecretData;

/**
 * An Argon2 hash in Keycloak's own credential fields, with the keys of Keycloak's own Argon2
 * provider ({@code org.keycloak.crypto.hash.Argon2PasswordHashProvider}): changing the algorithm id
 * is all it takes to go from one to the other.
 *
 * @param parameters what the hash was computed with
 * @param salt as stored
 * @param hash as stored
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two methods, never compared
record Argon2Credential(Argon2Parameters parameters, byte[] salt, byte[] hash) {

  private static final String TYPE = "type";
  private static final String VERSION = "version";
  private static final String MEMORY = "memory";
  private static final String PARALLELISM = "parallelism";
  private static final String HASH_LENGTH = "hashLength";

  /** Writes the fields. */
  PasswordCredentialModel toModel(String algorithm) {
    Map<String, List<String>> additional =
        Map.of(
            TYPE, List.of(parameters.type().label()),
            VERSION, List.of(parameters.version().label()),
            MEMORY, List.of(Integer.toString(parameters.memory())),
            PARALLELISM, List.of(Integer.toString(parameters.parallelism())),
            HASH_LENGTH, List.of(Integer.toString(parameters.hashLength())));
    return PasswordCredentialModel.createFromValues(
        algorithm,
        salt,
        parameters.iterations(),
        additional,
        Base64.getEncoder().encodeToString(hash));
  }

  /**
   * Reads the fields.
   *
   * @throws UnusableHashException when one is missing or makes no sense
   */
  static Argon2Credential of(PasswordCredentialModel model) {
    Argon2Parameters parameters = parametersOf(model.getPasswordCredentialData());
    @Nullable PasswordSecretData secret = model.getPasswordSecretData();
    if (secret == null || secret.getSalt() == null || secret.getValue() == null) {
      throw new UnusableHashException("its salt or hash is missing");
    }
    byte[] hash;
    try {
      Argon2Parameters.requireSaltLength(secret.getSalt().length);
      hash = Base64.getDecoder().decode(secret.getValue());
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its salt or hash is malformed");
    }
    if (hash.length != parameters.hashLength()) {
      throw new UnusableHashException("its hash is not of the length it claims");
    }
    return new Argon2Credential(parameters, secret.getSalt(), hash);
  }

  /**
   * Reads the public half of the fields.
   *
   * @throws UnusableHashException when one is missing or makes no sense
   */
  static Argon2Parameters parametersOf(@Nullable PasswordCredentialData data) {
    if (data == null) {
      throw new UnusableHashException("its parameters are missing");
    }
    Argon2Type type =
        Argon2Type.ofLabel(text(data, TYPE))
            .orElseThrow(() -> new UnusableHashException("its Argon2 type is unknown"));
    Argon2Version version =
        Argon2Version.ofLabel(text(data, VERSION))
            .orElseThrow(() -> new UnusableHashException("its Argon2 version is unknown"));
    try {
      return new Argon2Parameters(
          type,
          version,
          number(data, MEMORY),
          data.getHashIterations(),
          number(data, PARALLELISM),
          number(data, HASH_LENGTH));
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its " + e.getMessage());
    }
  }

  private static String text(PasswordCredentialData data, String key) {
    @Nullable String value = data.getAdditionalParameters().getFirst(key);
    if (value == null) {
      throw new UnusableHashException("its parameter " + key + " is missing");
    }
    return value;
  }

  private static int number(PasswordCredentialData data, String key) {
    try {
      return Integer.parseInt(text(data, key));
    } catch (NumberFormatException e) {
      // The text itself stays out: a message must never carry stored data of unknown content.
      throw new UnusableHashException("its parameter " + key + " is no whole number below 2^31");
    }
  }
}
