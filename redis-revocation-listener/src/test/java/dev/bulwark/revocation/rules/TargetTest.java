package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: each kind of target has its case, its key and its effect. */
class TargetTest {

  private static final Endings ENDINGS = new Endings("TEST", 1);

  private static final Target.Cases<String> NAMES =
      new Target.Cases<>() {
        @Override
        public String token(Target.Token target) {
          return "token " + target.jti();
        }

        @Override
        public String session(Target.UserSession target) {
          return "session " + target.sessionId();
        }

        @Override
        public String user(Target.User target) {
          return "user " + target.userId();
        }

        @Override
        public String client(Target.Client target) {
          return "client " + target.clientId();
        }

        @Override
        public String realm(Target.Realm target) {
          return "realm " + target.realmId();
        }

        @Override
        public String doubt(Target.RealmInDoubt target) {
          return "doubt " + target.realmId();
        }

        @Override
        public String apiKey(Target.ApiKey target) {
          return "key " + target.apiKeyId();
        }
      };

  private static Ending ending(String kind) {
    return switch (kind) {
      case "token" -> ENDINGS.token("r", "j", 9);
      case "session" -> ENDINGS.session("r", "s");
      case "user" -> ENDINGS.user("r", "u");
      case "client" -> ENDINGS.client("r", "c");
      case "cutoff" -> ENDINGS.clientNotBefore("r", "c", 5);
      case "realm" -> ENDINGS.realm("r");
      case "doubt" -> ENDINGS.verifyRealm("r", SessionType.ALL);
      default -> ENDINGS.apiKey("r", "k");
    };
  }

  @ParameterizedTest
  @CsvSource({
    "token, token j, TOKEN, , true, false",
    "session, session s, SESSION, s, false, true",
    "user, user u, USER, , false, true",
    "client, client c, CLIENT, , false, true",
    "cutoff, client c, CLIENT, , true, false",
    "realm, realm r, REALM, , false, true",
    "doubt, doubt r, REALM, , false, true",
    "key, key k, API_KEY, , false, true"
  })
  void eachKindHasItsCase(
      String name,
      String expected,
      EndingKind kind,
      @Nullable String sessionId,
      boolean verifiesNothing,
      boolean verifiesAll) {
    Ending ending = ending(name);
    assertThat(ending.target().to(NAMES)).isEqualTo(expected);
    assertThat(ending.kind()).isEqualTo(kind);
    assertThat(ending.realmId()).isEqualTo("r");
    assertThat(ending.sessionId()).isEqualTo(sessionId);
    assertThat(ending.effect().isCutOff()).isEqualTo(verifiesNothing);
    assertThat(ending.effect().verifiesAll()).isEqualTo(verifiesAll);
  }

  @ParameterizedTest
  @CsvSource({"ONLINE, 4, REVOKE", "ONLINE, 5, VERIFY", "OFFLINE, 4, KEEP", "TRANSIENT, 4, VERIFY"})
  void anEffectKillsBeforeItVerifies(SessionType type, long issuedAt, Verdict expected) {
    LedgerToken token = new LedgerToken("j", type, "r", "u", "c", null, null, issuedAt, 9);
    Effect effect =
        new Effect(
            Set.of(SessionType.ONLINE), 5, Set.of(SessionType.ONLINE, SessionType.TRANSIENT));
    assertThat(new Target.Client("r", "c", effect).judge(token)).isEqualTo(expected);
  }

  @Test
  void whatIsGivenCanBeChangedAfterwards() {
    Set<SessionType> types = new HashSet<>(Set.of(SessionType.ONLINE));
    Effect effect = new Effect(types, 5, types);
    Target.RealmInDoubt doubt = new Target.RealmInDoubt("r", null, types);
    types.clear();
    assertThat(effect.kills()).containsExactly(SessionType.ONLINE);
    assertThat(effect.verifies()).containsExactly(SessionType.ONLINE);
    assertThat(doubt.verifies()).containsExactly(SessionType.ONLINE);
  }
}
