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
  static final Duration MAX_WAIT = Duration.ofMinutes(10);

  private static final Duration MIN_WAIT = Duration.ofSeconds(1);
  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /** The wait, from 1 second to {@link #MAX_WAIT}; empty if the value is of neither form. */
  static Optional<Duration> parse(String value, Instant now) {
    String trimmed = value.trim();
    if (!trimmed.isEmpty() && trimmed.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.of(
          trimmed.length() > MAX_DIGITS
              ? MAX_WAIT
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
    if (wait.compareTo(MIN_WAIT) < 0) {
      return MIN_WAIT;
    }
    return wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait;
  }
}
