package dev.bulwark.realm.passkey;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says when a user who has declined is invited again. Immutable.
 *
 * @param pause between two invitations; zero for none at all
 */
record InvitationRule(Duration pause) {

  static final int DEFAULT_DAYS = 30;
  static final int MAX_DAYS = 3650;

  /**
   * Reads the setting.
   *
   * @param days 0 to {@value #MAX_DAYS}; null for {@value #DEFAULT_DAYS}
   * @throws IllegalArgumentException for other text
   */
  static InvitationRule of(@Nullable String days) {
    int number = days == null ? DEFAULT_DAYS : number(days);
    return new InvitationRule(Duration.ofDays(number));
  }

  private static int number(String days) {
    try {
      int number = Integer.parseInt(days.trim());
      if (number >= 0 && number <= MAX_DAYS) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("days must be a whole number", e);
    }
    throw new IllegalArgumentException("days must be within 0.." + MAX_DAYS);
  }

  /**
   * Whether to invite now.
   *
   * @param declinedAt when the user declined last, in seconds since 1970; null or no number for
   *     never
   * @param now in seconds since 1970
   */
  boolean isDue(@Nullable String declinedAt, long now) {
    if (pause.isZero()) {
      return false;
    }
    if (declinedAt == null || !declinedAt.matches("\\d{1,12}")) {
      return true;
    }
    return now - Long.parseLong(declinedAt) >= pause.toSeconds();
  }
}
