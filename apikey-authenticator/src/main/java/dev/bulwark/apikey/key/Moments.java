package dev.bulwark.apikey.key;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Reads moments as people and programs write them. */
public final class Moments {

  private Moments() {}

  /**
   * Epoch milliseconds of an ISO-8601 text: with an offset or {@code Z}, without one (taken as
   * UTC), or a date alone (its first moment in UTC). Empty for anything else, and for years beyond
   * 9999.
   */
  public static Optional<Long> parse(String text) {
    if (text.length() > 40) {
      return Optional.empty();
    }
    try {
      OffsetDateTime moment;
      if (text.indexOf('T') < 0 && text.indexOf('t') < 0) {
        moment = LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC);
      } else if (text.matches(".*([zZ]|[+-][0-9:]{2,9})$")) {
        moment = OffsetDateTime.parse(text);
      } else {
        moment = LocalDateTime.parse(text).atOffset(ZoneOffset.UTC);
      }
      return moment.getYear() < 1970 || moment.getYear() > 9999
          ? Optional.empty()
          : Optional.of(moment.toInstant().toEpochMilli());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
