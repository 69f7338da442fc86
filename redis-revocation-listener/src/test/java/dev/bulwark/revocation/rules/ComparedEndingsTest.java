package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: when an ending holds, and which one makes another needless. */
class ComparedEndingsTest {

  private static final Endings SCOPES = new Endings("TEST", 1_000_000_321L);

  private static final Set<SessionType> ONE = Set.of(SessionType.ONLINE);
  private static final Set<SessionType> TWO = Set.of(SessionType.ONLINE, SessionType.OFFLINE);
  private static final Effect EFFECT = new Effect(TWO, 5, TWO);

  private static Ending ending(Target target) {
    return new Ending("id", target, "TEST", 1);
  }

  private static Ending ending(Set<SessionType> kills, Set<SessionType> verifies) {
    return ending(new Target.Client("r", "c", new Effect(kills, 5, verifies)));
  }

  private static List<Target> targets(String realm, String id) {
    Members members = new Members(Members.Kind.ORGANIZATION, id);
    return List.of(
        new Target.Token(realm, id, 1),
        new Target.UserSession(realm, id, EFFECT),
        new Target.User(realm, id, EFFECT),
        new Target.Client(realm, id, EFFECT),
        new Target.Realm(realm, EFFECT),
        new Target.RealmInDoubt(realm, members, TWO),
        new Target.ApiKey(realm, id, 0, EFFECT));
  }

  /** Each kind with the same keys, with another key, of another realm. */
  @Test
  void oneEndingDoesAllOfAnotherOfTheSameTokensOnly() {
    List<Target> first = targets("r", "k");
    for (int i = 0; i < first.size(); i++) {
      for (int j = 0; j < first.size(); j++) {
        assertThat(ending(first.get(i)).doesAllOf(ending(first.get(j))))
            .as("%s and %s", first.get(i), first.get(j))
            .isEqualTo(i == j);
      }
      Ending one = ending(first.get(i));
      boolean ofRealm = first.get(i) instanceof Target.Realm;
      assertThat(one.doesAllOf(ending(targets("x", "k").get(i)))).as("%s", one).isFalse();
      assertThat(one.doesAllOf(ending(targets("r", "x").get(i)))).as("%s", one).isEqualTo(ofRealm);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, true", "4, true", "6, false"})
  void anEarlierCutOffDoesNotDoAll(long issuedBefore, boolean expected) {
    Target other = new Target.Realm("r", new Effect(TWO, issuedBefore, TWO));
    assertThat(ending(new Target.Realm("r", EFFECT)).doesAllOf(ending(other))).isEqualTo(expected);
  }

  @Test
  void aRealmDoesAllOfADoubtAboutAllOfIt() {
    Ending realm = SCOPES.realm("r");
    Ending doubt = SCOPES.verifyRealm("r", TWO);
    Members members = new Members(Members.Kind.ORGANIZATIONS, "");
    assertThat(realm.doesAllOf(doubt)).isTrue();
    assertThat(doubt.doesAllOf(realm)).isFalse();
    assertThat(realm.doesAllOf(SCOPES.verifyRealm("x", TWO))).isFalse();
    assertThat(realm.doesAllOf(SCOPES.verifyMembers("r", members))).isFalse();
  }

  /** Until the later end, the tokens of the key would live on. */
  @Test
  void aKeyThatEndsLaterDoesNotDoAllOfOneThatHasEnded() {
    Ending now = SCOPES.apiKey("r", "k");
    Ending later = SCOPES.apiKeyEnding("r", "k", 5_000);
    assertThat(now.doesAllOf(later)).isTrue();
    assertThat(later.doesAllOf(now)).isFalse();
  }

  @Test
  void anEndingThatJudgesFewerTypesDoesNotDoAll() {
    assertThat(ending(TWO, TWO).doesAllOf(ending(ONE, ONE))).isTrue();
    assertThat(ending(ONE, TWO).doesAllOf(ending(TWO, TWO))).isFalse();
    assertThat(ending(TWO, ONE).doesAllOf(ending(TWO, TWO))).isFalse();
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
    assertThat(ending.target())
        .isInstanceOfSatisfying(
            Target.ApiKey.class, key -> assertThat(key.inForceFrom()).isEqualTo(second));
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
