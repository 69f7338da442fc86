package dev.bulwark.statuslist.store;

import java.util.Optional;

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

  private static final int MAX_INDEX_DIGITS = 7;

  /** Returns the place that the id of a token names; empty if it names none. */
  public static Optional<StatusReference> ofJti(String jti) {
    // Each token that is issued is asked for its place, so this does without a pattern.
    int list = jti.lastIndexOf('~') + 1;
    int dot = list + LIST_ID_LENGTH;
    int digits = jti.length() - dot - 1;
    if (list == 0 || digits < 1 || digits > MAX_INDEX_DIGITS || jti.charAt(dot) != '.') {
      return Optional.empty();
    }
    if (!isBase64Url(jti, list, dot)) {
      return Optional.empty();
    }
    int index = 0;
    for (int i = dot + 1; i < jti.length(); i++) {
      int digit = jti.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return Optional.empty();
      }
      index = 10 * index + digit;
    }
    return Optional.of(new StatusReference(jti.substring(list, dot), index));
  }

  /** Whether a text has the form of the id of a list. */
  public static boolean isListId(String text) {
    return text.length() == LIST_ID_LENGTH && isBase64Url(text, 0, LIST_ID_LENGTH);
  }

  private static boolean isBase64Url(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isBase64Url(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBase64Url(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '_';
  }

  /** Returns the id of a token with this place at its end. */
  public String appendTo(String jti) {
    return jti + '~' + list + '.' + index;
  }
}
