package dev.bulwark.it.social;

/**
 * An account at the stand-in for Google.
 *
 * @param subject what Google calls {@code sub}
 * @param verified what Google says of the address
 */
record GoogleAccount(
    String subject, String email, boolean verified, String givenName, String familyName) {

  /** Somebody whose address Google has verified. */
  static GoogleAccount of(String subject, String email) {
    return new GoogleAccount(subject, email, true, "Grace", "Goog-Hopper");
  }
}
