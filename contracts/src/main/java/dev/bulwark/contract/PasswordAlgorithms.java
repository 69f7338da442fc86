package dev.bulwark.contract;

/** Ids of password hash algorithms, as realms and stored credentials name them. */
public final class PasswordAlgorithms {

  /** The hasher of password-hash-provider. */
  public static final String ARGON2ID = "argon2id";

  /** A password without a hash: the application that the user comes from checks it once. */
  public static final String LEGACY_LOGIN = "legacy-login";

  /** Parameter of {@link #LEGACY_LOGIN}: the name by which that application knows the user. */
  public static final String LOGIN_NAME = "login";

  private PasswordAlgorithms() {}
}
