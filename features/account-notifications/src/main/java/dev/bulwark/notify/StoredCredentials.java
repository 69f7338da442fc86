package dev.bulwark.notify;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.models.UserModel;

/**
 * The credentials of a user that Keycloak stores, at a time. An administrator can write some with a
 * change of the user, and Keycloak's event of that does not tell. Immutable.
 */
record StoredCredentials(Set<Stored> all) {

  /** Data and secret of a credential; nobody logs it. */
  private record Stored(String type, String id, String data, String secret) {

    @Override
    public String toString() {
      return type;
    }
  }

  static StoredCredentials of(UserModel user) {
    return new StoredCredentials(
        user.credentialManager()
            .getStoredCredentialsStream()
            .map(
                one ->
                    new Stored(
                        one.getType(),
                        one.getId(),
                        String.valueOf(one.getCredentialData()),
                        String.valueOf(one.getSecretData())))
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** Types of those that are new or different now, in alphabetical order. */
  Set<String> typesWrittenUntil(StoredCredentials now) {
    return now.all.stream()
        .filter(one -> !all.contains(one))
        .map(Stored::type)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
