package dev.bulwark.apikey.manage;

/**
 * What a change of a key did.
 *
 * @param before the key as it was
 * @param after the key as it is
 */
public record KeyUpdate(ApiKey before, ApiKey after) {

  /** Whether tokens exchanged for the key before may go beyond what it now allows. */
  public boolean narrows() {
    return KeyRules.narrows(before.data(), after.data());
  }
}
