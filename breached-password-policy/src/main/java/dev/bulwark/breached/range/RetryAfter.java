package dev.bulwark.breached.range;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/** The header {@code Retry-After}: seconds or an HTTP date (RFC 9110, section 10.2.3). */
final class RetryAfter {

  /** However long a service asks for, it is tried again after this. */
  static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /** The wait, from 1 second to {@link #LONGEST}; empty if the value is of neither form. */
  static Optional<Duration> parse(String value, Instant now) {
    String trimmed = value.trim();
    if (!trimmed.isEmpty() && trimmed.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.of(
          trimmed.length() > MAX_DIGITS
              ? LONGEST
              : bounded(Duration.ofSeconds(Long.parseLong(trimmed))));
    }
    try {
      ZonedDateTime date =
          ZonedDateTime.parse(
              trimmed, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT));
      return Optional.of(bounded(Duration.between(now, date.toInstant())));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Duration bounded(Duration wait) {
    if (wait.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
