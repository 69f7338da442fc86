package dev.bulwark.apikey.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.manage.RealmLimits;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.utils.FormMessage;

/** K3: the form that makes a key has a safe default, and a message for each field that is wrong. */
class KeyFormTest {

  /** 2030-01-01 12:00 UTC. */
  private static final long NOW = Moments.parse("2030-01-01T12:00:00Z").orElseThrow();

  private static final Set<String> OFFERED = Set.of("tasks:read", "tasks:write");

  @ParameterizedTest
  @CsvSource({
    "0, 2030-01-31",
    "1, 2030-01-01",
    "7, 2030-01-07",
    "30, 2030-01-30",
    "90, 2030-01-31"
  })
  void aKeyLastsThirtyDaysOrAsLongAsTheRealmAllows(String maxDays, String day) {
    KeyForm form = KeyForm.blank(limits(maxDays), NOW);
    assertThat(form.day()).isEqualTo(day);
    assertThat(form.never()).isFalse();
    assertThat(KeyForm.sent(input("x", day, "tasks:read"), limits(maxDays)))
        .satisfies(sent -> assertThat(fields(sent, maxDays)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2029-12-31, false",
    "0, 2030-01-01, true",
    "0, 2039-01-01, true",
    "0, , false",
    "0, 2030-02-30, false",
    "7, 2030-01-07, true",
    "7, 2030-01-08, false",
  })
  void theDayIsInTheFutureAndWithinTheLimit(String maxDays, String day, boolean good) {
    KeyForm form = KeyForm.sent(input("x", day == null ? "" : day, "tasks:read"), limits(maxDays));
    assertThat(fields(form, maxDays)).isEqualTo(good ? List.of() : List.of("expires"));
  }

  @Test
  void theDayThatWasChosenIsTheDayThatIsShown() {
    KeyForm form = KeyForm.sent(input("x", "2030-03-31", "tasks:read"), limits("0"));
    long end = Objects.requireNonNull(form.data().expiresAt());
    assertThat(Moments.showEnd(end)).isEqualTo("2030-03-31 23:59 UTC");
  }

  /** K11: the page shows the end in the time zone of the browser. */
  @ParameterizedTest
  @CsvSource({
    "Pacific/Kiritimati, 2030-01-02, 2030-01-31T10:00:00Z",
    "America/Los_Angeles, 2030-01-01, 2030-02-01T08:00:00Z",
    "Nowhere/Else, 2030-01-01, 2030-02-01T00:00:00Z",
    "'', 2030-01-01, 2030-02-01T00:00:00Z",
  })
  void theDayEndsInTheTimeZoneOfTheBrowser(String zone, LocalDate today, Instant end) {
    MultivaluedMap<String, String> input = input("x", "2030-01-31", "tasks:read");
    input.putSingle("zone", zone);
    KeyForm form = KeyForm.sent(input, limits("0"));
    assertThat(form.data().expiresAt()).isEqualTo(end.toEpochMilli());
    assertThat(form.firstDay(NOW)).isEqualTo(today);
    assertThat(form.lastDay(limits("7"), NOW)).isEqualTo(today.plusDays(6));
  }

  @Test
  void noEndIsAChoiceWhereTheRealmHasNoLimit() {
    MultivaluedMap<String, String> input = input("x", "", "tasks:read");
    input.putSingle("never", "on");
    assertThat(fields(KeyForm.sent(input, limits("0")), "0")).isEmpty();
    assertThat(KeyForm.sent(input, limits("0")).data().expiresAt()).isNull();
    assertThat(fields(KeyForm.sent(input, limits("7")), "7")).containsExactly("expires");
  }

  @Test
  void everyFieldThatIsWrongHasAMessage() {
    KeyForm form = KeyForm.sent(new MultivaluedHashMap<>(), limits("0"));
    assertThat(form.faults(OFFERED, limits("0"), NOW))
        .extracting(FormMessage::getMessage)
        .containsExactly("apiKeyInvalidName", "apiKeyMissingScope", "apiKeyInvalidExpiry");
    assertThat(form.faults(Set.of(), limits("7"), NOW))
        .extracting(FormMessage::getMessage)
        .as("without a scope to choose")
        .containsExactly("apiKeyInvalidName", "apiKeyInvalidExpiryMax");
    assertThat(fields(KeyForm.sent(input("x", "2030-01-02", "admin"), limits("0")), "0"))
        .containsExactly("scope");
    assertThat(KeyForm.invalidExpiry(limits("1")).getMessage())
        .as("not within the next 1 days")
        .isEqualTo("apiKeyInvalidExpiryToday");
  }

  private static List<String> fields(KeyForm form, String maxDays) {
    return form.faults(OFFERED, limits(maxDays), NOW).stream().map(FormMessage::getField).toList();
  }

  private static RealmLimits limits(String maxDays) {
    return RealmLimits.of(Map.of(RealmLimits.MAX_LIFE_DAYS, maxDays));
  }

  private static MultivaluedMap<String, String> input(String name, String day, String scope) {
    MultivaluedMap<String, String> input = new MultivaluedHashMap<>();
    input.putSingle("name", name);
    input.putSingle("expires", day);
    input.add("scope", scope);
    return input;
  }
}
