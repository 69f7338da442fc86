package dev.bulwark.apikey.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.key.limit.TokenLifetime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K4: scopes only narrow, tokens never outlive a key. */
class RulesTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      emptyValue = "",
      value = {
        // of the key, of the owner, requested, granted
        "a b, a b c, -,   a b",
        "a b, a,     -,   a",
        "a b, a b c, b,   b",
        "a b, a b c, b c, b",
        "a b, '',    -,   ''",
        "'',  a b,   -,   ''",
        "'',  a b,   a,   ''",
      })
  void scopesOnlyNarrow(String key, String owner, String requested, String granted) {
    assertThat(ScopeRules.granted(words(key), words(owner), ScopeRules.parse(requested)))
        .containsExactlyElementsOf(words(granted));
  }

  @Test
  void excessIsNamedInOrder() {
    assertThat(ScopeRules.excess(List.of("c", "a", "b"), Set.of("a"))).containsExactly("c", "b");
    assertThat(ScopeRules.parse("  ")).isNull();
    assertThat(ScopeRules.parse(" a  b a ")).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource({
    // scope, in the claim, listed by the realm, for keys
    "tasks:read,     true,  '',                    true",
    "tasks:read,     false, '',                    false",
    "tasks:read,     false, tasks:read,            true",
    "tasks:read,     true,  tasks:write,           false",
    // Keycloak's own, unless the realm lists them
    "profile,        true,  '',                    false",
    "profile,        true,  tasks:read profile,    true",
    // never: tokens would outlive the key
    "offline_access, true,  '',                    false",
    "offline_access, true,  offline_access,        false",
    "openid,         true,  openid tasks:read,     false",
  })
  void aScopeIsForKeys(String scope, boolean inClaim, String listed, boolean forKeys) {
    assertThat(ScopeRules.isForKeys(scope, inClaim, words(listed))).isEqualTo(forKeys);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : Arrays.asList(text.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    // issued at, exp, longest, key end in ms, expected
    "1000, 1900, 300, 9223372036854775807, 1300",
    "1000, 1100, 300, 9223372036854775807, 1100",
    "1000, 0,    300, 9223372036854775807, 1300",
    "1000, 1900, 300, 1200000, 1200",
    "1000, 1900, 300, 1200999, 1200",
    "1000, 1900, 300, 1000001, 1000",
    "1000, 1900, 300, 900000,  900",
  })
  void tokensEndWithTheKey(long issued, long exp, int longest, long keyEnd, long expected) {
    assertThat(TokenLifetime.expiry(issued, exp, longest, keyEnd)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2030-01-01T00:00:00Z, 1893456000000",
    "2030-01-01T00:00:00.5Z, 1893456000500",
    "2030-01-01T01:00:00+01:00, 1893456000000",
    "2030-01-01T00:00:00.000000+00:00, 1893456000000",
    "2030-01-01T00:00:00, 1893456000000",
    "2030-01-01, 1893456000000",
    "2030-01-01t00:00:00z, 1893456000000",
    "2030-01-01T00:00:00.000000000+00:00:00, 1893456000000",
    "1970-01-01, 0",
    "1970-01-01T00:00:00Z, 0",
    "9999-12-31T23:59:59.999Z, 253402300799999",
  })
  void momentsAreRead(String text, long millis) {
    assertThat(Moments.parse(text)).contains(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2030-13-01",
        "1893456000",
        "2030-01-01T25:00:00Z",
        "+10000-01-01T00:00:00Z",
        "1969-12-31T00:00:00Z",
        "1969-12-31",
        "2030-01-01T00:00:00Z and a lot more text that nobody needs"
      })
  void otherMomentsAreNot(String text) {
    assertThat(Moments.parse(text)).isEmpty();
  }

  @Test
  void momentsAreShownInUtc() {
    assertThat(Moments.show(1_893_456_059_999L)).isEqualTo("2030-01-01 00:00 UTC");
  }

  @ParameterizedTest
  @CsvSource({
    "1893456000000, 2029-12-31 23:59 UTC",
    "1893448800000, 2029-12-31 21:59 UTC",
    "1893456061000, 2030-01-01 00:01 UTC",
  })
  void theEndOfADayIsShownAsThatDay(long end, String shown) {
    assertThat(Moments.showEnd(end)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "2029-12-31, 1893456000000",
    "2028-02-29, 1835481600000",
    "9999-12-31, 253402300800000",
    "2029-02-29,",
    "2029-12-31T00:00:00Z,",
    "29-12-31,",
    "+12029-12-31,",
    "1893456000000,",
    "'',",
    "<script>,",
  })
  void aDayEndsWithTheNext(String text, @Nullable Long end) {
    assertThat(Moments.endOfDay(text, ZoneOffset.UTC)).isEqualTo(Optional.ofNullable(end));
  }

  /** K11. The last day begins in winter time and ends in summer time. */
  @ParameterizedTest
  @CsvSource({
    "2029-12-31, Pacific/Kiritimati, 2029-12-31T10:00:00Z",
    "2029-12-31, America/Los_Angeles, 2030-01-01T08:00:00Z",
    "2030-03-31, Europe/Berlin, 2030-03-31T22:00:00Z",
  })
  void aDayEndsInItsTimeZone(String day, ZoneId zone, Instant end) {
    assertThat(Moments.endOfDay(day, zone)).contains(end.toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "ci, ci",
    "'  ci  ', ci",
    "<b>, <b>",
    "'', ",
    "'   ', ",
    "'a\tb',",
    "'a\u0000b',",
  })
  void namesAreChecked(String name, @Nullable String checked) {
    assertThat(KeyName.check(name)).isEqualTo(Optional.ofNullable(checked));
    assertThat(KeyName.check("x".repeat(100))).isPresent();
    assertThat(KeyName.check("x".repeat(101))).isEmpty();
  }

  @Test
  void anyLabelBecomesAName() {
    assertThat(KeyName.ofLabel("ci")).contains("ci");
    assertThat(KeyName.ofLabel(" a\u0000b\n")).contains("a b");
    assertThat(KeyName.ofLabel("\n\t ")).isEmpty();
    assertThat(KeyName.ofLabel("x".repeat(255))).contains("x".repeat(100));
    assertThat(KeyName.ofLabel("x".repeat(99) + "\uD83D\uDD11")).contains("x".repeat(99));
    assertThat(KeyName.ofLabel("x".repeat(98) + "\uD83D\uDD11y"))
        .contains("x".repeat(98) + "\uD83D\uDD11");
  }

  @ParameterizedTest
  @CsvSource({"user, USER", "client, CLIENT", "USER,", "'',", "group,"})
  void ownersHavePublishedNames(String id, @Nullable OwnerType type) {
    assertThat(OwnerType.of(id)).isEqualTo(Optional.ofNullable(type));
    if (type != null) {
      assertThat(type.id()).isEqualTo(id);
    }
  }
}
