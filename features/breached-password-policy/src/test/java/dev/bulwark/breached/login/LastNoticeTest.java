package dev.bulwark.breached.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P10: a user hears of a breached password once a period, and anew after a change. */
class LastNoticeTest {

  private static final String PASSWORD = "0f3a/1764172800000";

  @ParameterizedTest
  @CsvSource({
    // stored, now, due with 30 days
    ", 2026-11-26T10:00:00Z, true",
    "0f3a/1764172800000@20783, 2026-11-26T23:59:59Z, false",
    "0f3a/1764172800000@20783, 2026-12-25T23:59:59Z, false",
    "0f3a/1764172800000@20783, 2026-12-26T00:00:00Z, true",
    // Another password, or the same credential changed.
    "0f3b/1764172800000@20783, 2026-11-26T23:59:59Z, true",
    "0f3a/1764172800001@20783, 2026-11-26T23:59:59Z, true",
    // A clock that was set back.
    "0f3a/1764172800000@20783, 2026-11-01T00:00:00Z, false",
  })
  void isDue(@Nullable String stored, Instant now, boolean due) {
    assertThat(LastNotice.isDue(LastNotice.read(stored), PASSWORD, now, 30)).isEqualTo(due);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {"", "@", "@20783", "0f3a", "0f3a@", "0f3a@x", "0f3a@99999999999999999999"})
  void readsNothingElse(@Nullable String stored) {
    assertThat(LastNotice.read(stored)).isNull();
  }

  @Test
  void readsWhatItWrote() {
    LastNotice notice =
        new LastNotice(PASSWORD, LastNotice.day(Instant.parse("2026-11-26T10:00:00Z")));
    assertThat(notice.day()).isEqualTo(20783);
    assertThat(LastNotice.read(notice.write())).isEqualTo(notice);
  }
}
