package dev.bulwark.backchannel.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** R9: one end that is noticed twice is told once. */
class DuplicatesTest {

  private static final long MADE = 1_000_000_000_000L;
  private static final int USED = 999_999_000;

  private static LogoutNotice notice(String session, Cause cause, int lastUsed, long made) {
    return notice(session, false, cause, lastUsed, made);
  }

  private static LogoutNotice notice(
      String session, boolean offline, Cause cause, int lastUsed, long made) {
    return new LogoutNotice(
        new EndedClientSession("realm", "client", session, "user", offline, lastUsed, "{}"),
        cause,
        made);
  }

  private static LogoutNotice offline(Cause cause, long made) {
    return notice("s1", true, cause, USED, made);
  }

  private static LogoutNotice notice(Cause cause) {
    return notice("s1", cause, USED, MADE);
  }

  @Test
  void oneIsNone() {
    LogoutNotice notice = notice(Cause.LOGOUT);
    assertThat(Duplicates.among(List.of(notice), List.of(notice))).isEmpty();
  }

  @Test
  void ofTwoThatWaitTheEarlierStays() {
    LogoutNotice first = notice(Cause.EXPIRED);
    LogoutNotice second = notice(Cause.REMOVED);
    List<LogoutNotice> both = List.of(first, second);
    assertThat(Duplicates.among(both, both)).containsExactly(second);
  }

  @Test
  void theOneThatKeycloakAskedForStays() {
    LogoutNotice removed = notice(Cause.REMOVED);
    LogoutNotice logout = notice(Cause.LOGOUT);
    List<LogoutNotice> both = List.of(removed, logout);
    assertThat(Duplicates.among(both, both)).containsExactly(removed);
  }

  @Test
  void whatWasSentCountsInWhateverOrder() {
    LogoutNotice late = notice(Cause.LOGOUT);
    LogoutNotice sent = notice(Cause.EXPIRED);
    sent.delivered(MADE + 1);
    assertThat(Duplicates.among(List.of(late), List.of(late, sent))).containsExactly(late);
    LogoutNotice dead = notice(Cause.EXPIRED);
    dead.markDead("status 503");
    assertThat(Duplicates.among(List.of(late), List.of(late, dead))).containsExactly(late);
  }

  @Test
  void aSessionThatWasUsedAfterItsNoticeHasEndedOnceMore() {
    LogoutNotice sent = notice(Cause.LOGOUT);
    sent.delivered(MADE + 1);
    LogoutNotice again = notice("s1", Cause.LOGOUT, (int) (MADE / 1000) + 5, MADE + 60_000);
    assertThat(Duplicates.among(List.of(again), List.of(sent, again))).isEmpty();
  }

  @Test
  void aUseBeforeTheNoticeIsNone() {
    LogoutNotice sent = notice(Cause.LOGOUT);
    sent.delivered(MADE + 1);
    // Keycloak's database was behind its cache when the first one was made.
    LogoutNotice later = notice("s1", Cause.REMOVED, (int) (MADE / 1000) - 1, MADE + 60_000);
    assertThat(Duplicates.among(List.of(later), List.of(sent, later))).containsExactly(later);
  }

  @Test
  void anotherSessionIsAnotherNotice() {
    LogoutNotice one = notice(Cause.LOGOUT);
    LogoutNotice other = notice("s2", Cause.LOGOUT, USED, MADE);
    List<LogoutNotice> both = List.of(one, other);
    assertThat(Duplicates.among(both, both)).isEmpty();
  }

  /** The offline session of the id ends days after the logout, and was not used meanwhile. */
  @Test
  void theEndOfTheOfflineSessionIsAnotherOne() {
    LogoutNotice online = notice(Cause.LOGOUT);
    online.delivered(MADE + 1);
    for (Cause cause : Cause.values()) {
      LogoutNotice offline = offline(cause, MADE + 60_000);
      assertThat(Duplicates.among(List.of(offline), List.of(online, offline))).isEmpty();
    }
  }

  @Test
  void theEndOfTheOnlineSessionIsAnotherOne() {
    LogoutNotice offline = offline(Cause.EXPIRED, MADE);
    offline.delivered(MADE + 1);
    LogoutNotice online = notice("s1", Cause.LOGOUT, USED, MADE + 60_000);
    assertThat(Duplicates.among(List.of(online), List.of(offline, online))).isEmpty();
  }

  /** As when the user is deleted: the one token is sent after both ends. */
  @Test
  void bothSessionsThatEndTogetherAreToldOnce() {
    LogoutNotice online = notice(Cause.REMOVED);
    LogoutNotice offline = offline(Cause.REMOVED, MADE);
    List<LogoutNotice> both = List.of(online, offline);
    assertThat(Duplicates.among(both, both)).containsExactly(offline);
  }

  /** Keycloak removes the online session with it. */
  @Test
  void theLogoutOfTheOfflineSessionTellsOfBoth() {
    LogoutNotice offline = offline(Cause.LOGOUT, MADE);
    offline.delivered(MADE + 1);
    LogoutNotice online = notice("s1", Cause.REMOVED, USED, MADE + 50);
    assertThat(Duplicates.among(List.of(online), List.of(offline, online))).containsExactly(online);
  }

  /** One that is not sent itself tells of nothing. */
  @Test
  void aDuplicateCoversNoOther() {
    LogoutNotice told = notice(Cause.LOGOUT);
    told.delivered(MADE + 1);
    LogoutNotice removed = notice("s1", Cause.REMOVED, USED, MADE + 2);
    LogoutNotice offline = offline(Cause.EXPIRED, MADE + 60_000);
    List<LogoutNotice> waiting = List.of(removed, offline);
    assertThat(Duplicates.among(waiting, List.of(told, removed, offline))).containsExactly(removed);
  }
}
