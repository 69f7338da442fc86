package dev.bulwark.password;

import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.dto.PasswordCredentialData;
import org.keycloak.models.credential.dto.PasswordSecretData;

/** Converts between {@link StoredHash} and Keycloak's credential. */
public final class CredentialFields {

  private CredentialFields() {}

  /** Writes a hash into the fields of a password credential, which has no id. */
  public static PasswordCredentialModel write(StoredHash hash) {
    Map<String, List<String>> additional = new HashMap<>();
    hash.parameters().forEach((key, value) -> additional.put(key, List.of(value)));
    return PasswordCredentialModel.createFromValues(
        hash.algorithm(), hash.salt(), hash.iterations(), additional, hash.value());
  }

  /**
   * Reads a credential.
   *
   * @throws UnusableHashException when a field is missing
   */
  public static StoredHash read(PasswordCredentialModel model) {
    @Nullable PasswordCredentialData data = model.getPasswordCredentialData();
    @Nullable PasswordSecretData secret = model.getPasswordSecretData();
    if (data == null || data.getAlgorithm() == null) {
      throw new UnusableHashException("its parameters are missing");
    }
    if (secret == null || secret.getValue() == null) {
      throw new UnusableHashException("its hash is missing");
    }
    byte @Nullable [] salt = secret.getSalt();
    return new StoredHash(
        data.getAlgorithm(),
        data.getHashIterations(),
        parameters(data),
        secret.getValue(),
        salt == null ? new byte[0] : salt);
  }

  /** The first value of each parameter. */
  public static Map<String, String> parameters(PasswordCredentialData data) {
    Map<String, String> parameters = new HashMap<>();
    data.getAdditionalParameters()
        .forEach(
            (key, values) -> {
              if (values != null && !values.isEmpty() && values.get(0) != null) {
                parameters.put(key, values.get(0));
              }
            });
    return parameters;
  }
}
