package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R1: which sessions carry a token, and when the end of one concerns it. */
class SessionTypeTest {

  @ParameterizedTest
  @CsvSource({
    "ONLINE, true, true, false",
    "OFFLINE, true, false, true",
    "TRANSIENT, false, false, false",
    "ONLINE_USER_SESSION, false, true, false",
    "OFFLINE_USER_SESSION, false, false, true",
    "UNKNOWN, true, true, true"
  })
  void theTypeTellsWhichSessionsCount(
      SessionType type, boolean client, boolean online, boolean offline) {
    assertThat(type.needsClientSession()).isEqualTo(client);
    assertThat(type.mayUseOnlineSession()).isEqualTo(online);
    assertThat(type.mayUseOfflineSession()).isEqualTo(offline);
    assertThat(SessionType.ofCode(type.code())).isEqualTo(type);
  }

  /** Issued at 100; Keycloak allows a token one second before its session's start. */
  @ParameterizedTest
  @CsvSource({
    "ONLINE, s, false, 102, true",
    "ONLINE, s, false, 101, false",
    "ONLINE, s, true, 102, false",
    "OFFLINE, s, true, 102, true",
    "OFFLINE, s, false, 102, false",
    "UNKNOWN, s, true, 102, true",
    "TRANSIENT, s, false, 102, false",
    "ONLINE, other, false, 102, false"
  })
  void anEndedSessionConcernsTheTokensIssuedBeforeItsStart(
      SessionType type, String session, boolean offline, long startedAt, boolean expected) {
    LedgerToken token = new LedgerToken("j", type, "r", "u", "c", session, null, 100, 400);
    assertThat(new EndedSession("s", offline, "TEST", startedAt).concerns(token))
        .isEqualTo(expected);
  }
}
