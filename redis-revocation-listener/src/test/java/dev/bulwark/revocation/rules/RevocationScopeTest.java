package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ledger rows does this scope kill. */
class RevocationScopeTest {

  private static final long NOW = 1_000_000;
  private static final Scopes SCOPES = new Scopes("TEST", NOW * 1000 + 321);

  /** A token of realm r, user u, client c, session s, key k. */
  private static LedgerToken token(SessionType type, long age) {
    return new LedgerToken(
        type.code() + "rtxx:1", type, "r", "u", "c", "s", "k", NOW - age, NOW + 300);
  }

  @ParameterizedTest
  @CsvSource({
    "on, 10, KILL",
    "nt, 10, KILL",
    // The event's second, the one before it and what is issued later are verified.
    "on, 1, VERIFY",
    "on, 0, VERIFY",
    "on, -5, VERIFY",
    // An offline twin of the same id.
    "of, 10, VERIFY",
    "ft, 10, VERIFY",
    "un, 10, VERIFY",
    "tr, 10, VERIFY"
  })
  void theEndOfAnOnlineSession(String type, long age, Verdict expected) {
    RevocationScope scope = SCOPES.session("r", "s", null, SessionType.ONLINE_TYPES);
    assertThat(scope.judge(token(SessionType.ofCode(type), age))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"c, KILL", "d, VERIFY"})
  void theEndOfAClientSessionHasTheRestOfTheSessionVerified(String client, Verdict expected) {
    RevocationScope scope = SCOPES.session("r", "s", client, Set.of(SessionType.ONLINE));
    assertThat(scope.judge(token(SessionType.ONLINE, 10))).isEqualTo(expected);
    assertThat(scope.judge(token(SessionType.ONLINE_USER_SESSION, 10))).isEqualTo(Verdict.VERIFY);
  }

  @ParameterizedTest
  @CsvSource({"on", "of", "tr", "nt", "ft", "un"})
  void theEndOfAUserClientRealm(String code) {
    LedgerToken old = token(SessionType.ofCode(code), 10);
    LedgerToken fresh = token(SessionType.ofCode(code), 0);
    for (RevocationScope scope :
        Set.of(
            SCOPES.user("r", "u", null, SessionType.ALL),
            SCOPES.client("r", "c"),
            SCOPES.realm("r"))) {
      assertThat(scope.judge(old)).as(scope.kind().name()).isEqualTo(Verdict.KILL);
      assertThat(scope.judge(fresh)).as(scope.kind().name()).isEqualTo(Verdict.VERIFY);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, KILL", "0, KEEP", "-1, KEEP"})
  void notBeforeIsStrict(long secondsBefore, Verdict expected) {
    LedgerToken token = token(SessionType.TRANSIENT, secondsBefore);
    assertThat(SCOPES.clientNotBefore("r", "c", NOW).judge(token)).isEqualTo(expected);
    assertThat(SCOPES.realmNotBefore("r", NOW).judge(token)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"10, KILL", "0, KILL", "-1, KILL", "-2, KEEP"})
  void aDeadKeyTakesTheTokensOnTheirWayAlong(long age, Verdict expected) {
    assertThat(SCOPES.apiKey("r", "k").judge(token(SessionType.TRANSIENT, age)))
        .isEqualTo(expected);
  }

  @Test
  void anotherKeyIsNotConcerned() {
    LedgerToken token = token(SessionType.ONLINE, 10);
    for (RevocationScope scope :
        Set.of(
            SCOPES.session("r", "other", null, SessionType.ALL),
            SCOPES.session("other", "s", null, SessionType.ALL),
            SCOPES.user("r", "other", null, SessionType.ALL),
            SCOPES.user("other", "u", null, SessionType.ALL),
            SCOPES.client("r", "other"),
            SCOPES.client("other", "c"),
            SCOPES.realm("other"),
            SCOPES.apiKey("r", "other"),
            SCOPES.token("r", "other", NOW))) {
      assertThat(scope.judge(token)).as(scope.toString()).isEqualTo(Verdict.KEEP);
    }
  }

  @Test
  void aRevokedTokenDiesWhenever() {
    LedgerToken token = token(SessionType.ONLINE, -100);
    assertThat(SCOPES.token("r", token.jti(), NOW).judge(token)).isEqualTo(Verdict.KILL);
  }

  @Test
  void aTokenWithoutSessionIsOfNoSession() {
    LedgerToken service =
        new LedgerToken("trrtcc:1", SessionType.TRANSIENT, "r", "u", "c", null, null, 1, NOW);
    assertThat(SCOPES.session("r", "s", null, SessionType.ALL).judge(service))
        .isEqualTo(Verdict.KEEP);
    assertThat(SCOPES.apiKey("r", "k").judge(service)).isEqualTo(Verdict.KEEP);
  }

  @Test
  void aScopeWithoutItsKeyIsRefused() {
    for (ScopeKind kind : ScopeKind.values()) {
      assertThatThrownBy(
              () ->
                  new RevocationScope(
                      "id", kind, null, null, null, null, null, null, 0, Set.of(), 0, Set.of(),
                      "TEST", NOW))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "onrtro:1d57e27e, ONLINE",
    "ofltxx:1, OFFLINE",
    "trrtcc:1, TRANSIENT",
    "ntrtte:1, ONLINE_USER_SESSION",
    "ftrtte:1, OFFLINE_USER_SESSION",
    "zzrtte:1, UNKNOWN",
    "81044462-1ff5-6828, UNKNOWN",
    "on:1, UNKNOWN"
  })
  void theJtiShowsTheType(String jti, SessionType type) {
    assertThat(SessionType.ofJti(jti)).isEqualTo(type);
  }
}
