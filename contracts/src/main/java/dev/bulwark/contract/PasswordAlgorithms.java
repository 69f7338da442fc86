package dev.bulwark.contract;

/** Ids of password hash algorithms, as realms and stored credentials name them. */
public final class PasswordAlgorithms {

  /** The hasher of password-hash-provider. */
  public static final String ARGON2ID = "argon2id";

  private PasswordAlgorithms() {}
}
