package dev.bulwark.backchannel.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** R9: one end that is noticed twice is told once. */
class DuplicatesTest {

  private static final long MADE = 1_000_000_000_000L;
  private static final int USED = 999_999_000;

  private static LogoutNotice notice(String session, Cause cause, int lastUsed, long made) {
    return new LogoutNotice(
        new EndedClientSession("realm", "client", session, "user", false, lastUsed, "{}"),
        cause,
        made);
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
    dead.bury("status 503");
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
}
