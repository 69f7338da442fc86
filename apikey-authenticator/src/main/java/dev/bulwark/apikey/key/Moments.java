package dev.bulwark.apikey.key;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads moments as people and programs write them, and shows them to people. */
public final class Moments {

  private static final DateTimeFormatter SHOWN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  private Moments() {}

  /**
   * A moment for people of any language, to the minute, in UTC: {@code 2030-01-31 18:05 UTC}.
   *
   * @param millis epoch milliseconds
   */
  public static String show(long millis) {
    return SHOWN.format(Instant.ofEpochMilli(millis));
  }

  /**
   * The last moment before an end, as {@link #show}. The end of a day, in whichever time zone, is
   * so shown as its last minute: people choose a day, and want to see it again.
   *
   * @param millis epoch milliseconds
   */
  public static String showEnd(long millis) {
    return show(millis - 1);
  }

  /**
   * The end of a day, in epoch milliseconds, which is the first moment of the next; empty when the
   * text is no day of the form {@code 2030-01-31}.
   *
   * @param zone in which the day ends
   */
  public static Optional<Long> endOfDay(String text, ZoneId zone) {
    if (!DAY.matcher(text).matches()) {
      return Optional.empty();
    }
    return parse(text)
        .map(start -> LocalDate.ofInstant(Instant.ofEpochMilli(start), ZoneOffset.UTC))
        .map(day -> day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli());
  }

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
