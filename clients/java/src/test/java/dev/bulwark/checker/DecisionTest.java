package dev.bulwark.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ages in seconds; feedMaxAge is 60 s, the bound of staleness 120 s. (R5) */
class DecisionTest {

  private static final long NOW = 1_800_000_000_000L;

  @ParameterizedTest(name = "Redis {0}, remembered {1}, token''s age {2}: {3} / {4}")
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # Redis       remembered  age    fail closed  bounded staleness
          clear-0,      -,          600,   LIVE,       LIVE
          clear-60,     -,          600,   LIVE,       LIVE
          clear-61,     -,          600,   UNKNOWN,     LIVE_STALE
          clear-120,    -,          600,   UNKNOWN,     LIVE_STALE
          clear-121,    -,          600,   UNKNOWN,     UNKNOWN
          clear-121,    -,          120,   UNKNOWN,     LIVE_STALE
          clear-121,    -,          121,   UNKNOWN,     UNKNOWN
          clear-121,    -,          -,     UNKNOWN,     UNKNOWN
          # a watermark from the future: the clocks differ
          clear--60,    -,          600,   LIVE,       LIVE
          clear--61,    -,          600,   UNKNOWN,     LIVE_STALE
          clear--3600,  -,          600,   UNKNOWN,     UNKNOWN
          -,            -,          -121,  UNKNOWN,     UNKNOWN
          # emptied: no watermark
          clear-never,  -,          600,   UNKNOWN,     UNKNOWN
          clear-never,  -,          5,     UNKNOWN,     LIVE_STALE
          clear-never,  clear-100,  600,   UNKNOWN,     LIVE_STALE
          clear-never,  revoked-0,  5,     REVOKED,     REVOKED
          # revoked is revoked, however old the watermark is
          revoked-0,    -,          5,     REVOKED,     REVOKED
          revoked-3600, -,          5,     REVOKED,     REVOKED
          revoked-never,clear-5,    5,     REVOKED,     REVOKED
          # away
          -,            -,          600,   UNKNOWN,     UNKNOWN
          -,            -,          120,   UNKNOWN,     LIVE_STALE
          -,            clear-120,  600,   UNKNOWN,     LIVE_STALE
          -,            clear-121,  600,   UNKNOWN,     UNKNOWN
          -,            revoked-9,  5,     REVOKED,     REVOKED
          # what Redis knows now counts before what it said once
          clear-0,      revoked-9,  5,     LIVE,       LIVE
          """)
  void tells(
      @Nullable String redis,
      @Nullable String remembered,
      @Nullable Long age,
      Verdict failClosed,
      Verdict bounded) {
    RedisAnswer reading = reading(redis);
    RedisAnswer memory = reading(remembered);
    Long issued = age == null ? null : NOW - age * 1000;
    assertThat(Decision.of(reading, memory, issued, NOW, CheckerOptions.failClosed()))
        .isEqualTo(failClosed);
    CheckerOptions options = CheckerOptions.boundedStaleness(Duration.ofSeconds(120));
    assertThat(Decision.of(reading, memory, issued, NOW, options)).isEqualTo(bounded);
  }

  @ParameterizedTest
  @CsvSource({"clear-never, LIVE", "clear-3600, LIVE", "revoked-never, REVOKED"})
  void withoutAnAgeRedisIsBelieved(String redis, Verdict answer) {
    CheckerOptions blind = CheckerOptions.builder().trustRedisBlindly().build();
    assertThat(Decision.of(reading(redis), null, null, NOW, blind)).isEqualTo(answer);
    assertThat(Decision.of(null, null, NOW, NOW, blind)).isEqualTo(Verdict.UNKNOWN);
  }

  /** The difference of these times to now is no number of the type long. */
  @ParameterizedTest
  @ValueSource(longs = {NOW + Long.MIN_VALUE, NOW + Long.MIN_VALUE + 1, Long.MAX_VALUE})
  void anAbsurdTimeIsNotNow(long completeUntil) {
    RedisAnswer reading = new RedisAnswer(false, completeUntil, completeUntil, 0);
    assertThat(Decision.of(reading, null, null, NOW, CheckerOptions.failClosed()))
        .isEqualTo(Verdict.UNKNOWN);
  }

  /** Of a token that was issued before Keycloak recorded its tokens a revocation can be missing. */
  @ParameterizedTest(name = "since {0}, token''s age {1}, revoked {2}: {3} / {4}")
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # since  age  revoked  fail closed  bounded staleness
          600,     599, false,   LIVE,       LIVE
          600,     600, false,   LIVE,       LIVE
          600,     601, false,   UNKNOWN,     UNKNOWN
          60,      61,  false,   UNKNOWN,     LIVE_STALE
          600,     601, true,    REVOKED,     REVOKED
          600,     -,   false,   LIVE,       LIVE
          """)
  void anOlderTokenIsUnknown(
      long since, @Nullable Long age, boolean revoked, Verdict failClosed, Verdict bounded) {
    RedisAnswer reading = new RedisAnswer(revoked, NOW, NOW, NOW - since * 1000);
    Long issued = age == null ? null : NOW - age * 1000;
    assertThat(Decision.of(reading, null, issued, NOW, CheckerOptions.failClosed()))
        .isEqualTo(failClosed);
    CheckerOptions options = CheckerOptions.boundedStaleness(Duration.ofSeconds(120));
    assertThat(Decision.of(reading, null, issued, NOW, options)).isEqualTo(bounded);
    if (!revoked) {
      assertThat(Decision.of(null, reading, issued, NOW, options))
          .as("away, remembered")
          .isEqualTo(bounded == Verdict.LIVE ? Verdict.LIVE_STALE : bounded);
    }
  }

  private static @Nullable RedisAnswer reading(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String age = text.substring(text.indexOf('-') + 1);
    return new RedisAnswer(
        text.startsWith("revoked"),
        age.equals("never") ? RedisAnswer.NEVER : NOW - Long.parseLong(age) * 1000);
  }
}
