package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ledger rows does this ending kill. */
class EndingTest {

  private static final long NOW = 1_000_000;
  private static final Endings SCOPES = new Endings("TEST", NOW * 1000 + 321);

  /** A token of realm r, user u, client c, session s, key k. */
  private static LedgerToken token(SessionType type, long age) {
    return new LedgerToken(
        type.code() + "rtxx:1", type, "r", "u", "c", "s", "k", NOW - age, NOW + 300);
  }

  /** Whatever the time of the event: the session can be born again, its end be undone. */
  @ParameterizedTest
  @CsvSource({"on, 10", "on, 0", "on, -5", "nt, 10", "of, 10", "ft, 10", "un, 10", "tr, 10"})
  void keycloakJudgesTheTokensOfWhatHasEnded(String type, long age) {
    LedgerToken token = token(SessionType.ofCode(type), age);
    for (Ending ending :
        Set.of(
            SCOPES.session("r", "s"),
            SCOPES.user("r", "u"),
            SCOPES.client("r", "c"),
            SCOPES.realm("r"))) {
      assertThat(ending.judge(token)).as(ending.kind().name()).isEqualTo(Verdict.VERIFY);
    }
  }

  /** A login during an administrator's logout is older than the event, but not than the cut-off. */
  @ParameterizedTest
  @CsvSource({"6, REVOKE", "5, VERIFY", "3, VERIFY", "0, VERIFY"})
  void aLogoutKillsOutrightByItsNotBeforeAlone(long age, Verdict expected) {
    LedgerToken token = token(SessionType.ONLINE, age);
    assertThat(SCOPES.user("r", "u", NOW - 5).judge(token)).isEqualTo(expected);
    assertThat(SCOPES.realm("r", NOW - 5).judge(token)).isEqualTo(expected);
  }

  @Test
  void onlyARealmInDoubtCanWait() {
    assertThat(SCOPES.verifyRealm("r", SessionType.ALL).requiresVerification()).isTrue();
    assertThat(SCOPES.realm("r").requiresVerification()).isFalse();
    assertThat(SCOPES.user("r", "u").requiresVerification()).isFalse();
  }

  @Test
  void aSessionIsCoveredByWhateverJudgesAllItsTokens() {
    assertThat(SCOPES.session("r", "s").coversSession("r", "u", "s")).isTrue();
    assertThat(SCOPES.user("r", "u").coversSession("r", "u", "s")).isTrue();
    assertThat(SCOPES.realm("r").coversSession("r", "u", "s")).isTrue();
    for (Ending other :
        Set.of(
            SCOPES.session("r", "other"),
            SCOPES.session("other", "s"),
            SCOPES.user("r", "other"),
            SCOPES.user("other", "u"),
            SCOPES.client("r", "c"),
            SCOPES.realm("other"),
            SCOPES.verifyRealm("r", SessionType.ALL),
            SCOPES.realmNotBefore("r", NOW),
            SCOPES.apiKey("r", "k"))) {
      assertThat(other.coversSession("r", "u", "s")).as("%s", other).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, REVOKE", "0, KEEP", "-1, KEEP"})
  void notBeforeIsStrict(long secondsBefore, Verdict expected) {
    LedgerToken token = token(SessionType.TRANSIENT, secondsBefore);
    assertThat(SCOPES.clientNotBefore("r", "c", NOW).judge(token)).isEqualTo(expected);
    assertThat(SCOPES.realmNotBefore("r", NOW).judge(token)).isEqualTo(expected);
  }

  /**
   * A not-before that lies ahead can be taken back: a token that is issued afterwards may be alive.
   */
  @ParameterizedTest
  @CsvSource({
    "321, 1, REVOKE, REVOKE",
    "321, 0, VERIFY, VERIFY",
    "0, 1, REVOKE, REVOKE",
    "0, 0, VERIFY, VERIFY",
    "0, -99, VERIFY, VERIFY",
    "0, -100, KEEP, VERIFY"
  })
  void aNotBeforeThatLiesAheadKillsNothingThatIsIssuedAfterItsEnding(
      long millis, long age, Verdict ofClient, Verdict ofUser) {
    Endings endings = new Endings("TEST", NOW * 1000 + millis);
    LedgerToken token = token(SessionType.TRANSIENT, age);
    assertThat(endings.clientNotBefore("r", "c", NOW + 100).judge(token)).isEqualTo(ofClient);
    assertThat(endings.realmNotBefore("r", NOW + 100).judge(token)).isEqualTo(ofClient);
    assertThat(endings.user("r", "u", NOW + 100).judge(token)).isEqualTo(ofUser);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void aNotBeforeIsAheadFromTheNextSecondOn(long seconds, boolean expected) {
    Endings endings = new Endings("TEST", NOW * 1000);
    assertThat(endings.realmNotBefore("r", NOW + seconds).isAhead()).isEqualTo(expected);
  }

  /** A key can be active again, and a token of it late: what is stored of the key decides. */
  @ParameterizedTest
  @CsvSource({"10", "0", "-1", "-100"})
  void theTokensOfADeadKeyAreVerified(long age) {
    assertThat(SCOPES.apiKey("r", "k").judge(token(SessionType.TRANSIENT, age)))
        .isEqualTo(Verdict.VERIFY);
  }

  @Test
  void anotherKeyIsNotConcerned() {
    LedgerToken token = token(SessionType.ONLINE, 10);
    for (Ending ending :
        Set.of(
            SCOPES.session("r", "other"),
            SCOPES.session("other", "s"),
            SCOPES.user("r", "other"),
            SCOPES.user("other", "u"),
            SCOPES.client("r", "other"),
            SCOPES.client("other", "c"),
            SCOPES.realm("other"),
            SCOPES.apiKey("r", "other"),
            SCOPES.token("r", "other", NOW))) {
      assertThat(ending.judge(token)).as(ending.toString()).isEqualTo(Verdict.KEEP);
    }
  }

  @Test
  void aRevokedTokenDiesWhenever() {
    LedgerToken token = token(SessionType.ONLINE, -100);
    assertThat(SCOPES.token("r", token.jti(), NOW).judge(token)).isEqualTo(Verdict.REVOKE);
  }

  @Test
  void aTokenWithoutSessionIsOfNoSession() {
    LedgerToken service =
        new LedgerToken("trrtcc:1", SessionType.TRANSIENT, "r", "u", "c", null, null, 1, NOW);
    assertThat(SCOPES.session("r", "s").judge(service)).isEqualTo(Verdict.KEEP);
    assertThat(SCOPES.apiKey("r", "k").judge(service)).isEqualTo(Verdict.KEEP);
  }

  /** In a row, nothing else tells it from a realm in doubt. */
  @Test
  void aRealmThatKillsNothingIsRejected() {
    assertThatThrownBy(() -> new Target.Realm("r", Effect.VERIFY))
        .isInstanceOf(IllegalArgumentException.class);
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

  @ParameterizedTest
  @CsvSource({
    "onrtrt:1d57e27e, REFRESH_TOKEN",
    "onrtac:1, CODE",
    "onrtro:1, OTHER",
    "trrtcc:1, OTHER",
    "81044462-1ff5-6828, OTHER",
    "rt:1, OTHER",
    ", OTHER"
  })
  void theJtiShowsTheGrant(@Nullable String jti, Grant grant) {
    assertThat(Grant.ofJti(jti)).isEqualTo(grant);
  }
}
