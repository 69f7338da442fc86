package dev.bulwark.password.migrate.realm;

import java.net.IDN;
import java.util.regex.Pattern;

/**
 * The addresses that the validator {@code email} of Keycloak's user profile accepts. Addresses with
 * a quotation mark never come here.
 */
final class AddressSyntax {

  private static final int MAX_LOCAL_PART = 64;
  private static final int MAX_DOMAIN = 255;
  private static final String LETTER = "a-z0-9!#$%&'*+/=?^`{|}~\u0080-\uffff";
  private static final Pattern LOCAL_PART =
      Pattern.compile("[LETTER_-]+(?:\\.[LETTER_-]+)*".replace("LETTER", LETTER));
  private static final Pattern DOMAIN =
      Pattern.compile(
          "LABEL(?:\\.LABEL)*|\\[.+]"
              .replace("LABEL", "[LETTER](?:[LETTER-]*[LETTER])?")
              .replace("LETTER", LETTER));

  private AddressSyntax() {}

  /**
   * Whether Keycloak accepts an address.
   *
   * @param address in lower case, with an at sign
   */
  static boolean isAccepted(String address) {
    int at = address.lastIndexOf('@');
    String domain = address.substring(at + 1);
    return at <= MAX_LOCAL_PART
        && LOCAL_PART.matcher(address.substring(0, at)).matches()
        && DOMAIN.matcher(domain).matches()
        && hasAsciiForm(domain);
  }

  private static boolean hasAsciiForm(String domain) {
    try {
      return IDN.toASCII(domain).length() <= MAX_DOMAIN;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
