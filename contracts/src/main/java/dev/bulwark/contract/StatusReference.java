package dev.bulwark.contract;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a token in a Token Status List. The id of the token ends with it, as in {@code
 * onrtac:0f7e6a4c…~Xk3fA9-_bQ2mZ7cd.48213}. So the id of a revoked token names its bit, whether or
 * not the token has a row in the ledger.
 *
 * @param list id of the list
 * @param index index in the list
 */
public record StatusReference(String list, int index) {

  /** Characters of the id of a list: base64url, 96 random bits. */
  public static final int LIST_ID_LENGTH = 16;

  private static final Pattern SUFFIX =
      Pattern.compile("~([A-Za-z0-9_-]{" + LIST_ID_LENGTH + "})\\.(\\d{1,7})$");

  /** Returns the place that the id of a token names; empty if it names none. */
  public static Optional<StatusReference> ofJti(String jti) {
    Matcher matcher = SUFFIX.matcher(jti);
    return matcher.find()
        ? Optional.of(new StatusReference(matcher.group(1), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Returns the id of a token with this place at its end. */
  public String appendTo(String jti) {
    return jti + '~' + list + '.' + index;
  }
}
