package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: when an ending holds, and which one makes another needless. */
class ComparedScopesTest {

  private static final Scopes SCOPES = new Scopes("TEST", 1_000_000_321L);

  private static RevocationScope tokens(
      String realm,
      @Nullable String user,
      @Nullable String client,
      @Nullable String session,
      @Nullable String key,
      @Nullable String jti,
      long issuedBefore,
      @Nullable Members members) {
    return new RevocationScope(
        "id",
        ScopeKind.REALM,
        realm,
        user,
        client,
        session,
        key,
        jti,
        0,
        Set.of(SessionType.ONLINE, SessionType.OFFLINE),
        issuedBefore,
        Set.of(SessionType.ONLINE, SessionType.OFFLINE),
        "TEST",
        1,
        members);
  }

  private static RevocationScope scope(Set<SessionType> kills, Set<SessionType> verifies) {
    return new RevocationScope(
        "id", ScopeKind.REALM, "r", null, null, null, null, null, 0, kills, 5, verifies, "T", 1);
  }

  @ParameterizedTest
  @CsvSource({
    "r, u, c, s, k, j, 5, o, true",
    "r, u, c, s, k, j, 4, o, true",
    "r, u, c, s, k, j, 6, o, false",
    "x, u, c, s, k, j, 5, o, false",
    "r, x, c, s, k, j, 5, o, false",
    "r, u, x, s, k, j, 5, o, false",
    "r, u, c, x, k, j, 5, o, false",
    "r, u, c, s, x, j, 5, o, false",
    "r, u, c, s, k, x, 5, o, false",
    "r, u, c, s, k, j, 5, x, false",
    "r,  , c, s, k, j, 5, o, false"
  })
  void oneEndingDoesAllOfAnotherOfTheSameTokens(
      String realm,
      @Nullable String user,
      String client,
      String session,
      String key,
      String jti,
      long issuedBefore,
      String organization,
      boolean expected) {
    RevocationScope first =
        tokens("r", "u", "c", "s", "k", "j", 5, new Members(Members.Kind.ORGANIZATION, "o"));
    RevocationScope other =
        tokens(
            realm,
            user,
            client,
            session,
            key,
            jti,
            issuedBefore,
            new Members(Members.Kind.ORGANIZATION, organization));
    assertThat(first.doesAllOf(other)).isEqualTo(expected);
  }

  @Test
  void anEndingThatJudgesFewerTypesDoesNotDoAll() {
    Set<SessionType> one = Set.of(SessionType.ONLINE);
    Set<SessionType> two = Set.of(SessionType.ONLINE, SessionType.OFFLINE);
    assertThat(scope(two, two).doesAllOf(scope(one, one))).isTrue();
    assertThat(scope(one, two).doesAllOf(scope(two, two))).isFalse();
    assertThat(scope(two, one).doesAllOf(scope(two, two))).isFalse();
    assertThat(SCOPES.user("r", "u").doesAllOf(SCOPES.session("r", "s"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "5000, 5, 4999, false",
    "5000, 5, 5000, true",
    "4001, 5, 4999, false",
    "0, 0, 0, true"
  })
  void aKeyThatGoesOnForAWhileEndsAtItsSecond(long end, long second, long now, boolean inForce) {
    RevocationScope scope = SCOPES.apiKeyEnding("r", "k", end);
    assertThat(scope.expiresAt()).isEqualTo(second);
    assertThat(scope.isInForce(now)).isEqualTo(inForce);
  }

  @Test
  void everyOtherEndingHoldsAtOnce() {
    assertThat(SCOPES.apiKey("r", "k").isInForce(0)).isTrue();
    assertThat(SCOPES.token("r", "jti", 9_000_000).isInForce(0)).isTrue();
  }

  @Test
  void aTokenNeedsItsExpiryAndEveryEndingItsOwnId() {
    assertThatIllegalArgumentException().isThrownBy(() -> SCOPES.token("r", "jti", 0));
    assertThat(SCOPES.user("r", "u").id()).isNotEmpty().isNotEqualTo(SCOPES.user("r", "u").id());
  }
}
