package dev.bulwark.breached.login;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The latest notice about a user's breached password, as the user attribute {@value #ATTRIBUTE}
 * stores it. It names the password by id and date of its credential, so a new password ends it.
 *
 * @param password the {@linkplain PasswordName name} of the password
 * @param day days since 1970-01-01 (UTC)
 */
record LastNotice(String password, long day) {

  /** A data format, never to change. */
  static final String ATTRIBUTE = "bulwark.breached-password-notice";

  private static final char SEPARATOR = '@';

  /** Writes the attribute's value. */
  String write() {
    return password + SEPARATOR + day;
  }

  /** Reads an attribute's value; null if there is none or if it is malformed. */
  static @Nullable LastNotice read(@Nullable String value) {
    int separator = value == null ? -1 : value.lastIndexOf(SEPARATOR);
    if (value == null || separator < 1) {
      return null;
    }
    try {
      return new LastNotice(
          value.substring(0, separator), Long.parseLong(value.substring(separator + 1)));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * Whether a notice about a password is due.
   *
   * @param last the latest one; null for none
   * @param password the name of the password
   * @param days between two notices about the same password, at least 1
   */
  static boolean isDue(@Nullable LastNotice last, String password, Instant now, int days) {
    return last == null || !last.password.equals(password) || day(now) - last.day >= days;
  }

  static long day(Instant time) {
    return Duration.ofSeconds(time.getEpochSecond()).toDays();
  }
}
