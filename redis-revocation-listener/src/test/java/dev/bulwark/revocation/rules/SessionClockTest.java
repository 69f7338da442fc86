package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When sessions expire; as {@code RealmExpiration} of Keycloak says. */
class SessionClockTest {

  private static final long NOW = 10_000_000;

  @ParameterizedTest
  @CsvSource({
    // idle, lifespan, remembered idle and lifespan, offline idle, remembers, kind, ages
    "100, 500, 0, 0, 900, true, ONLINE, 100, 500",
    "100, 500, 0, 0, 900, true, REMEMBERED, 100, 500",
    "100, 500, 50, 60, 900, true, REMEMBERED, 100, 500",
    "100, 500, 200, 600, 900, true, REMEMBERED, 200, 600",
    "100, 500, 200, 600, 900, true, ONLINE, 100, 500",
    "0, 0, 200, 600, 900, true, ONLINE, 1800, 36000",
    "0, 0, 200, 40000, 900, true, REMEMBERED, 1800, 40000",
    "100, 500, 0, 0, 0, false, OFFLINE, 2592000, -",
    "100, 500, 0, 0, 900, true, OFFLINE, 900, -",
    "100, 500, 0, 0, 900, true, REMEMBERED_OFFLINE, 900, -",
    "100, 500, 200, 600, 900, false, REMEMBERED, all, 600",
    "100, 500, 200, 600, 900, false, REMEMBERED_OFFLINE, all, -",
    "100, 500, 200, 600, 900, false, ONLINE, 100, 500",
    "100, 500, 200, 600, 900, true, UNMARKED_ONLINE, 100, 500",
    "100, 500, 200, 600, 900, true, UNMARKED_REMEMBERED, 200, 600",
    "100, 500, 200, 600, 900, false, UNMARKED_REMEMBERED, all, 600",
    "100, 500, 200, 600, 900, false, UNMARKED_OFFLINE, 900, -",
  })
  void sessionsExpireByTheSettingsOfTheirRealm(
      long idle,
      long lifespan,
      long rememberedIdle,
      long rememberedLifespan,
      long offlineIdle,
      boolean remembers,
      SessionClock.Kind kind,
      String idleAge,
      String age) {
    SessionClock clock =
        new SessionClock(
            "r", idle, lifespan, rememberedIdle, rememberedLifespan, offlineIdle, remembers);
    assertThat(clock.hasEnded(kind)).isEqualTo(idleAge.equals("all"));
    assertThat(clock.idleSince(kind, NOW))
        .isEqualTo(idleAge.equals("all") ? SessionClock.ALL : NOW - Long.parseLong(idleAge));
    assertThat(clock.startedBy(kind, NOW))
        .isEqualTo(age.equals("-") ? SessionClock.NONE : NOW - Long.parseLong(age));
  }
}
