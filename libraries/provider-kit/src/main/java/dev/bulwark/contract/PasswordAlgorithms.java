package dev.bulwark.contract;

import org.jspecify.annotations.Nullable;

/** Ids of password hash algorithms, as realms and stored credentials name them. */
public final class PasswordAlgorithms {

  /** Keycloak's default hasher, whose place password-hash-provider takes. */
  public static final String ARGON2 = "argon2";

  /** A password without a hash: the application that the user comes from checks it once. */
  public static final String LEGACY_LOGIN = "legacy-login";

  /** Parameter of {@link #LEGACY_LOGIN}: the name by which that application knows the user. */
  public static final String LOGIN_NAME = "login";

  private PasswordAlgorithms() {}

  /**
   * Whether a realm makes its hashes with {@link #ARGON2}.
   *
   * @param policy the algorithm that the realm's policy names; null for the default
   */
  public static boolean isArgon2(@Nullable String policy) {
    return policy == null || policy.equals(ARGON2);
  }
}
