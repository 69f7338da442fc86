package dev.bulwark.revocation.rules;

/**
 * Which of a realm's keys signs a token. Introspection verifies the signature with the key and the
 * algorithm that the token's header names, so a token is dead once its key is disabled or deleted.
 */
public final class SigningKey {

  private SigningKey() {}

  /**
   * The ledger's form of a key.
   *
   * @param id {@code kid}
   * @param algorithm {@code alg}: a key that is used with another one verifies no older token
   */
  public static long mark(String id, String algorithm) {
    return TextHash.of(algorithm + " " + id);
  }
}
