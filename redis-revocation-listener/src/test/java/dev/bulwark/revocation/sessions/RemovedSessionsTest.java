package dev.bulwark.revocation.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.SessionTable;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemovedSessionsTest {

  private static final SessionTable.Owner ANN = new SessionTable.Owner("realm", "ann");
  private static final SessionTable.Owner BOB = new SessionTable.Owner("realm", "bob");

  private final RemovedSessions removed = new RemovedSessions();
  private final List<Ending> written = new ArrayList<>();

  @Test
  void aSessionIsWrittenDownOnce() {
    remove(ANN, "s1", false);
    remove(ANN, "s1", false);
    assertThat(written)
        .singleElement()
        .satisfies(
            ending -> {
              assertThat(ending.sessionId()).isEqualTo("s1");
              assertThat(ending.effect().kills()).isEmpty();
              assertThat(ending.createdAt()).isEqualTo(77);
            });
  }

  @Test
  void theOfflineTwinIsASessionOfItsOwn() {
    remove(ANN, "s1", false);
    remove(ANN, "s1", true);
    assertThat(written).hasSize(2);
  }

  @Test
  void ofAUserWhoLosesManySessionsTheUserIsWrittenDown() {
    for (int i = 0; i < 10_000; i++) {
      remove(ANN, "a" + i, false);
    }
    remove(BOB, "b", false);
    assertThat(written).hasSize(RemovedSessions.USER_THRESHOLD + 1);
    assertThat(written.get(RemovedSessions.USER_THRESHOLD - 1))
        .extracting(Ending::target)
        .isInstanceOfSatisfying(
            Target.User.class, user -> assertThat(user.userId()).isEqualTo("ann"));
    assertThat(written.get(RemovedSessions.USER_THRESHOLD).sessionId()).isEqualTo("b");
  }

  private void remove(SessionTable.Owner owner, String sessionId, boolean offline) {
    if (removed.add(sessionId, offline)) {
      removed.ending(owner, sessionId, 77).ifPresent(written::add);
    }
  }
}
