package dev.bulwark.ratelimit;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.UserModel;

/**
 * Whom an attempt is about: a user, a name that was typed, or nobody.
 *
 * @param user the user, where an earlier step has found it
 * @param name the name as it was typed, where there is no user yet
 */
public record Account(@Nullable UserModel user, @Nullable String name) {

  /** An attempt that names nobody; only its address counts. */
  public static final Account NOBODY = new Account(null, null);

  /** A user that is known already; nobody where it is null. */
  public static Account of(@Nullable UserModel user) {
    return user == null ? NOBODY : new Account(user, null);
  }

  /** A name that may or may not be a user's; nobody where it is null or blank. */
  public static Account named(@Nullable String name) {
    return name == null || name.isBlank() ? NOBODY : new Account(null, name.trim());
  }
}
