package dev.bulwark.password;

import dev.bulwark.password.foreign.UnusableHashException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Warns of stored hashes that cannot be verified: once for a credential, with the user's id where
 * it is known, never with the hash.
 */
final class RefusalLog {

  private static final Logger LOG = Logger.getLogger(RefusalLog.class);
  private static final int MAX_ENTRIES = 10_000;

  private final Set<String> warned =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > MAX_ENTRIES;
                }
              }));

  void warn(
      Optional<String> userId,
      PasswordCredentialModel credential,
      String algorithm,
      UnusableHashException reason) {
    @Nullable String id = credential.getId();
    if (id != null && !warned.add(id)) {
      return;
    }
    LOG.warnf(
        "The stored %s password of %s cannot be verified: %s. The login fails until the password is reset.",
        algorithm,
        userId.map(user -> "user " + user).orElse("credential " + id),
        reason.getMessage());
  }
}
