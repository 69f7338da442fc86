package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import dev.bulwark.revocation.writer.ServiceRows.Place;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** R1, R2, R7: tokens of a service share a row, and every id of theirs is one that a row has. */
class ServiceRowsTest {

  private static final int THREADS = 6;
  private static final int SECONDS = 2_000;

  private final Set<LedgerToken> queued = ConcurrentHashMap.newKeySet();
  private volatile boolean refuses;
  private final GroupCommit<LedgerToken> commits =
      new GroupCommit<>(
          rows -> {
            if (refuses) {
              throw new SQLException("refused");
            }
          },
          256,
          Duration.ofSeconds(30));
  private final ServiceRows rows = new ServiceRows(this::queue);

  private Ticket<LedgerToken> queue(LedgerToken row) {
    queued.add(row);
    return commits.queue(row);
  }

  @Test
  void aQuietServiceHasARowForEachTokenAndKeepsItsIds() {
    for (int second = 0; second < 10; second += 2) {
      LedgerToken token = token("c", second);
      assertThat(rows.take(token).jti()).isEqualTo(token.jti());
      assertThat(queued).contains(token);
    }
    assertThat(queued).hasSize(5);
  }

  @Test
  void aBusyServiceHasFewRowsAndEachIdIsOfOne() {
    Set<String> ids = new HashSet<>();
    for (int second = 0; second < 3; second++) {
      for (int i = 0; i < 1_000; i++) {
        ids.add(rows.take(token("c", second)).jti());
      }
    }
    assertThat(ids).hasSize(3_000);
    assertThat(ended()).containsAll(ids);
    assertThat(queued).hasSizeLessThan(60);
    // What an ending writes in vain: a client that is deleted must not fill Redis.
    assertThat(ended()).hasSizeLessThan(3_300);
  }

  /** What an ending tells apart must be of another row: time, end, issuer, key, user. */
  @Test
  void tokensThatDifferByMoreThanTheirIdHaveDifferentRows() {
    for (int i = 0; i < 20; i++) {
      rows.take(token("c", 7));
    }
    LedgerToken other = token("c", 7);
    LedgerToken longer =
        new LedgerToken(
            other.jti(), other.type(), "r", "u", "c", null, null, other.issuedAt(), 4711);
    LedgerToken found = rows.take(longer).ticket().row();
    assertThat(found.expiresAt()).isEqualTo(4711);
    assertThat(queued).filteredOn(row -> row.expiresAt() == 4711).isNotEmpty();
  }

  /** R2: it is issued by what was read after the ending, which must not end it. */
  @Test
  void aTokenAfterWhatItLeansOnWasReadAnewHasAnotherRow() {
    Place before = busy("c", 7);
    rows.leave("d");
    assertThat(rows.take(token("c", 7)).ticket().row()).isEqualTo(before.ticket().row());
    rows.leave("c");
    assertThat(rows.take(token("c", 7)).ticket().row()).isNotEqualTo(before.ticket().row());
    Place again = busy("c", 8);
    rows.leaveAll();
    assertThat(rows.take(token("c", 8)).ticket().row()).isNotEqualTo(again.ticket().row());
  }

  /** A request that stood still carries the second in which it began. */
  @Test
  void aLateTokenHasARowOfItsOwnAndDisturbsNoOther() {
    Place busy = busy("c", 9);
    LedgerToken late = token("c", 8);
    assertThat(rows.take(late).jti()).isEqualTo(late.jti());
    assertThat(rows.take(token("c", 9)).ticket().row()).isEqualTo(busy.ticket().row());
  }

  @Test
  void aRowThatCouldNotBeWrittenGetsNoMoreTokens() {
    refuses = true;
    Place busy = busy("c", 9);
    try {
      commits.await(busy.ticket());
    } catch (Exception e) {
      assertThat(e).hasMessage("refused");
    }
    assertThat(busy.ticket().isWritten()).isFalse();
    assertThat(rows.take(token("c", 9)).ticket().row()).isNotEqualTo(busy.ticket().row());
  }

  /** All at once in each of many seconds, while the client is read anew, and some come late. */
  @Test
  void manyThreadsTakeEachIdOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier together = new CyclicBarrier(THREADS);
    try {
      List<Future<List<String>>> taken = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int number = thread;
        taken.add(threads.submit(() -> takeInEachSecond(number, together)));
      }
      List<String> ids = new ArrayList<>();
      for (Future<List<String>> each : taken) {
        ids.addAll(each.get());
      }
      assertThat(ids).hasSize(THREADS * SECONDS * 2).doesNotHaveDuplicates();
      assertThat(ended().containsAll(ids)).as("each has a row").isTrue();
    } finally {
      threads.shutdownNow();
    }
  }

  private List<String> takeInEachSecond(int thread, CyclicBarrier together) throws Exception {
    List<String> ids = new ArrayList<>();
    for (int second = 0; second < SECONDS; second++) {
      together.await();
      for (int i = 0; i < 2; i++) {
        ids.add(rows.take(token("c", thread == 0 ? second - 1 : second)).jti());
        if (thread == 1) {
          rows.leave("c");
        }
      }
    }
    return ids;
  }

  /** A place in a row of several, which has room for another one. */
  private Place busy(String client, long second) {
    for (int i = 0; i < 3; i++) {
      rows.take(token(client, second));
    }
    Place place = rows.take(token(client, second));
    assertThat(JtiRange.canBegin(place.jti())).isFalse();
    return place;
  }

  private Set<String> ended() {
    Set<String> ids = new HashSet<>();
    queued.forEach(row -> row.revoked().map(RevokedToken::jti).forEach(ids::add));
    return ids;
  }

  private static LedgerToken token(String client, long second) {
    return new LedgerToken(
        "trrtcc:" + UUID.randomUUID(),
        SessionType.TRANSIENT,
        "r",
        "u",
        client,
        null,
        null,
        second,
        second + 300);
  }
}
