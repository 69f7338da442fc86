package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: when an ending holds, and which one makes another needless. */
class ComparedEndingsTest {

  private static final Endings SCOPES = new Endings("TEST", 1_000_000_321L);

  private static Ending tokens(
      String realm,
      @Nullable String user,
      @Nullable String client,
      @Nullable String session,
      @Nullable String key,
      @Nullable String jti,
      long issuedBefore,
      @Nullable Members members) {
    return new Ending(
        "id",
        EndingKind.REALM,
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

  private static Ending ending(Set<SessionType> kills, Set<SessionType> verifies) {
    return new Ending(
        "id", EndingKind.REALM, "r", null, null, null, null, null, 0, kills, 5, verifies, "T", 1);
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
    Ending first =
        tokens("r", "u", "c", "s", "k", "j", 5, new Members(Members.Kind.ORGANIZATION, "o"));
    Ending other =
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
    assertThat(ending(two, two).doesAllOf(ending(one, one))).isTrue();
    assertThat(ending(one, two).doesAllOf(ending(two, two))).isFalse();
    assertThat(ending(two, one).doesAllOf(ending(two, two))).isFalse();
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
    Ending ending = SCOPES.apiKeyEnding("r", "k", end);
    assertThat(ending.expiresAt()).isEqualTo(second);
    assertThat(ending.isInForce(now)).isEqualTo(inForce);
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
